#include "control/route.h"

#include <algorithm>

#include "control/host.h"
#include "control/route_parts.h"

namespace outrigger::control {
namespace {

bool NamesGateway(const google::protobuf::RepeatedPtrField<std::string>& gateways,
                  std::string_view ns, std::string_view wanted) {
  return std::ranges::any_of(
      gateways, [&](const auto& name) { return ResolveGatewayName(name, ns) == wanted; });
}

// A token's claims are not there to be matched yet (admission reported it): such a match must not
// turn into one that lets everybody through.
bool NeedsClaims(const istio::HttpMatchRequest& match) {
  const auto is_claim = [](const auto& entry) { return entry.first.starts_with("@request.auth."); };
  return std::ranges::any_of(match.headers(), is_claim) ||
         std::ranges::any_of(match.without_headers(), is_claim);
}

bool LabelsMatch(const istio::HttpMatchRequest& match, const Labels* labels) {
  return std::ranges::all_of(match.source_labels(), [&](const auto& wanted) {
    if (labels == nullptr) return false;
    const auto found = labels->find(wanted.first);
    return found != labels->end() && found->second == wanted.second;
  });
}

// The static part of a match. `gateways` replaces the list of the VirtualService and, in HTTP
// rules, switches the conditions on the source off.
bool IsForScope(const istio::HttpMatchRequest& match, const VirtualService& service,
                const RouteScope& scope) {
  if (match.port() != 0 && match.port() != scope.port) return false;
  if (NeedsClaims(match)) return false;
  if (!match.gateways().empty()) {
    return NamesGateway(match.gateways(), service.ns, scope.gateway);
  }
  if (!match.source_namespace().empty() && match.source_namespace() != scope.client_ns) {
    return false;
  }
  return LabelsMatch(match, scope.client_labels);
}

// What a single destination asks for comes after the route's own wishes, so it wins; of several
// destinations each keeps its own, which the data plane applies before the route's.
void FillDestinations(const istio::HttpRoute& rule, const VirtualService& service,
                      const RouteScope& scope, v1::Route* out) {
  const bool single = rule.route_size() == 1;
  for (const auto& destination : rule.route()) {
    if (!single && destination.weight() == 0) continue;
    v1::WeightedCluster* cluster = out->add_clusters();
    cluster->set_name(DestinationCluster(destination.destination(), service, scope));
    cluster->set_weight(single ? 1 : static_cast<std::uint32_t>(destination.weight()));
    if (!destination.has_headers()) continue;
    const istio::Headers& headers = destination.headers();
    if (headers.has_request()) {
      AppendHeaders(headers.request(),
                    single ? out->mutable_request_headers() : cluster->mutable_request_headers());
    }
    if (headers.has_response()) {
      AppendHeaders(headers.response(),
                    single ? out->mutable_response_headers() : cluster->mutable_response_headers());
    }
  }
}

// Several places can name the upstream Host; the route's wins over the destination's.
std::string Authority(const istio::HttpRoute& rule) {
  if (!rule.rewrite().authority().empty()) return rule.rewrite().authority();
  std::string host = HostOverride(rule.headers().request());
  if (host.empty() && rule.route_size() == 1) {
    host = HostOverride(rule.route(0).headers().request());
  }
  return host;
}

void FillRewrite(const istio::HttpRoute& rule, v1::Route* out) {
  if (const std::string authority = Authority(rule); !authority.empty()) {
    out->mutable_rewrite()->set_authority(authority);
  }
  if (!rule.rewrite().uri().empty()) out->mutable_rewrite()->set_path(rule.rewrite().uri());
  if (rule.rewrite().has_uri_regex_rewrite()) {
    v1::RegexRewrite* regex = out->mutable_rewrite()->mutable_regex();
    regex->set_pattern(rule.rewrite().uri_regex_rewrite().match());
    regex->set_substitution(rule.rewrite().uri_regex_rewrite().rewrite());
  }
}

// Everything of a rule but its match and name.
v1::Route BuildAction(const istio::HttpRoute& rule, const VirtualService& service,
                      const RouteScope& scope) {
  v1::Route route;
  if (rule.headers().has_request()) {
    AppendHeaders(rule.headers().request(), route.mutable_request_headers());
  }
  if (rule.headers().has_response()) {
    AppendHeaders(rule.headers().response(), route.mutable_response_headers());
  }
  if (rule.has_redirect()) {
    FillRedirect(rule.redirect(), scope.listener_port, route.mutable_redirect());
    return route;
  }
  if (rule.has_direct_response()) {
    FillDirectResponse(rule.direct_response(), route.mutable_direct_response());
    return route;
  }
  FillDestinations(rule, service, scope, &route);
  FillRewrite(rule, &route);
  if (rule.has_timeout()) *route.mutable_timeout() = rule.timeout();
  FillRetry(rule, &route);
  FillFault(rule.fault(), &route);
  return route;
}

bool ReplacesPrefix(const v1::Route& route) {
  return !route.rewrite().path().empty() || !route.redirect().prefix().empty();
}

std::string RouteName(const istio::HttpRoute& rule, const istio::HttpMatchRequest& match) {
  if (rule.name().empty() || match.name().empty()) return rule.name() + match.name();
  return rule.name() + "." + match.name();
}

v1::Route WithMatch(const istio::HttpRoute& rule, const istio::HttpMatchRequest& match,
                    v1::Route action) {
  action.set_name(RouteName(rule, match));
  v1::RouteMatch built;
  FillMatch(match, &built);
  // "The matched prefix" of a rule without a path is `/`.
  if (ReplacesPrefix(action) && !built.has_path()) built.mutable_path()->set_prefix("/");
  if (built.ByteSizeLong() > 0) *action.mutable_match() = std::move(built);
  return action;
}

}  // namespace

std::vector<v1::Route> BuildRoutes(const VirtualService& service, const RouteScope& scope) {
  static const istio::HttpMatchRequest kEverything;
  std::vector<v1::Route> routes;
  // True when nothing can come after.
  const auto add = [&](const istio::HttpRoute& rule, const istio::HttpMatchRequest& match,
                       const v1::Route& action) {
    if (!IsForScope(match, service, scope)) return false;
    routes.push_back(WithMatch(rule, match, action));
    return IsCatchAll(routes.back());
  };
  for (const istio::HttpRoute& rule : service.spec->http()) {
    if (rule.has_delegate()) continue;  // its target's rules are not yet effective
    const v1::Route action = BuildAction(rule, service, scope);
    if (rule.match().empty() && add(rule, kEverything, action)) return routes;
    for (const istio::HttpMatchRequest& match : rule.match()) {
      if (add(rule, match, action)) return routes;
    }
  }
  return routes;
}

v1::Route DefaultRoute(std::string cluster) {
  v1::Route route;
  route.set_name("default");
  v1::WeightedCluster* target = route.add_clusters();
  target->set_name(std::move(cluster));
  target->set_weight(1);
  FillDefaultRetry(route.mutable_retry());
  return route;
}

bool IsCatchAll(const v1::Route& route) {
  const v1::RouteMatch& match = route.match();
  if (match.has_method() || match.has_authority() || match.has_scheme() ||
      !match.headers().empty() || !match.query().empty()) {
    return false;
  }
  if (!match.has_path()) return true;
  const v1::StringMatch& path = match.path();
  return (path.has_prefix() && (path.prefix().empty() || path.prefix() == "/")) ||
         (path.has_regex() && path.regex() == ".*");
}

std::string DestinationCluster(const istio::Destination& destination, const VirtualService& service,
                               const RouteScope& scope) {
  const std::string host = ExpandHost(destination.host(), service.ns, scope.cluster_domain);
  std::uint32_t port = destination.port().number();
  if (port == 0) {
    const Service* target = scope.registry->Find(host);
    const bool only_one = target != nullptr && target->ports.size() == 1;
    port = only_one ? target->ports.front().port : scope.port;
  }
  return OutboundClusterName(port, destination.subset(), host);
}

}  // namespace outrigger::control
