#include "proxy/router/route_table.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "api/outrigger/v1/config.pb.h"
#include "base/absl_view.h"

namespace outrigger::router {

namespace {

constexpr std::size_t kMaxHostLength = 255;

Duration ToDuration(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

/// Host without its port: "[::1]:80" -> "[::1]", "a.com:80" -> "a.com"; a bare IPv6 literal stays
/// whole.
std::string_view StripPort(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos) return authority;
  if (authority.front() == '[') {
    return authority[colon - 1] == ']' ? authority.substr(0, colon) : authority;
  }
  return authority.find(':') == colon ? authority.substr(0, colon) : authority;
}

Redirect ReadRedirect(const v1::Redirect& config) {
  Redirect redirect;
  redirect.path = config.path();
  redirect.prefix = config.prefix();
  redirect.has_prefix = !config.prefix().empty();
  redirect.authority = config.authority();
  redirect.scheme = config.scheme();
  redirect.port = config.port();
  if (config.status() != 0) redirect.status = static_cast<int>(config.status());
  return redirect;
}

Rewrite ReadRewrite(const v1::Rewrite& config) {
  Rewrite rewrite;
  rewrite.path = config.path();
  rewrite.authority = config.authority();
  if (config.has_regex()) {
    rewrite.pattern = std::make_unique<re2::RE2>(config.regex().pattern(), re2::RE2::Quiet);
    rewrite.substitution = config.regex().substitution();
  }
  return rewrite;
}

Route ReadRoute(const v1::Route& config, const stream::FilterRegistry& filters) {
  Route route;
  route.name = config.name();
  route.match = RequestMatcher(config.match());
  for (const v1::WeightedCluster& cluster : config.clusters()) {
    const std::uint32_t weight = config.clusters_size() == 1 ? 1 : cluster.weight();
    if (weight == 0) continue;
    route.total_weight += weight;
    route.clusters.push_back({cluster.name(), weight, HeaderMutation(cluster.request_headers()),
                              HeaderMutation(cluster.response_headers())});
  }
  if (config.has_redirect()) route.redirect = ReadRedirect(config.redirect());
  if (config.has_direct_response()) {
    route.direct_response = {static_cast<int>(config.direct_response().status()),
                             config.direct_response().body()};
  }
  route.rewrite = ReadRewrite(config.rewrite());
  if (config.has_timeout()) route.timeout = ToDuration(config.timeout());
  if (config.has_retry()) route.retry = RetryPolicy(config.retry());
  route.request_headers = HeaderMutation(config.request_headers());
  route.response_headers = HeaderMutation(config.response_headers());
  route.filters = filters.MakeFor(config);
  return route;
}

}  // namespace

Rewrite::Rewrite() = default;
Rewrite::~Rewrite() = default;
Rewrite::Rewrite(Rewrite&&) noexcept = default;
Rewrite& Rewrite::operator=(Rewrite&&) noexcept = default;

RequestMatcher::RequestMatcher(const v1::RouteMatch& match)
    : path_(match.path(), match.ignore_path_case()),
      method_(match.method()),
      authority_(match.authority()),
      scheme_(match.scheme()) {
  for (const v1::HeaderMatch& header : match.headers()) {
    headers_.push_back(
        {header.name(), StringMatcher(header.value()), !header.has_value(), header.invert()});
  }
  for (const v1::QueryMatch& query : match.query()) {
    query_.push_back({query.name(), StringMatcher(query.value()), !query.has_value(), false});
  }
}

bool RequestMatcher::Matches(const http::RequestHead& head) const {
  if (!path_.Matches(head.path()) || !method_.Matches(head.method) ||
      !authority_.Matches(head.authority) || !scheme_.Matches(head.scheme)) {
    return false;
  }
  for (const Field& field : headers_) {
    const auto value = head.headers.FindJoined(field.name);
    const bool matches = field.present_only ? value.has_value()
                         : field.invert     ? field.value.Matches(value.value_or(""))
                                            : value.has_value() && field.value.Matches(*value);
    if (matches == field.invert) return false;
  }
  for (const Field& field : query_) {
    const auto value = FindQueryParameter(head.query(), field.name);
    if (!value || (!field.present_only && !field.value.Matches(*value))) return false;
  }
  return true;
}

const WeightedCluster& Route::PickCluster(std::uint32_t shot) const {
  if (clusters.size() == 1) return clusters.front();
  std::uint32_t rest = shot % total_weight;
  for (const WeightedCluster& cluster : clusters) {
    if (rest < cluster.weight) return cluster;
    rest -= cluster.weight;
  }
  return clusters.back();
}

RouteTable::RouteTable(const v1::RouteTable& config, const stream::FilterRegistry& filters)
    : name_(config.name()) {
  for (const v1::VirtualHost& host_config : config.virtual_hosts()) {
    auto host = std::make_unique<VirtualHost>();
    host->name = host_config.name();
    for (const v1::Route& route : host_config.routes())
      host->routes.push_back(ReadRoute(route, filters));
    for (const std::string& domain : host_config.domains()) AddDomain(domain, host.get());
    hosts_.push_back(std::move(host));
  }
  std::stable_sort(suffixes_.begin(), suffixes_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

void RouteTable::AddDomain(std::string_view domain, const VirtualHost* host) {
  if (domain == "*") {
    if (any_ == nullptr) any_ = host;
  } else if (domain.substr(0, 1) == "*") {
    suffixes_.emplace_back(absl::AsciiStrToLower(AbslView(domain.substr(1))), host);
  } else {
    exact_.try_emplace(absl::AsciiStrToLower(AbslView(domain)), host);
  }
}

const VirtualHost* RouteTable::FindHost(std::string_view authority) const {
  if (exact_.empty() && suffixes_.empty()) return any_;
  authority = StripPort(authority);
  if (authority.empty() || authority.size() > kMaxHostLength) return any_;
  char lower[kMaxHostLength];
  std::transform(authority.begin(), authority.end(), lower, absl::ascii_tolower);
  const std::string_view host(lower, authority.size());
  if (const auto it = exact_.find(AbslView(host)); it != exact_.end()) return it->second;
  for (const auto& [suffix, virtual_host] : suffixes_) {
    if (host.size() > suffix.size() && host.ends_with(suffix)) return virtual_host;
  }
  return any_;
}

const Route* RouteTable::Match(const http::RequestHead& head) const {
  const VirtualHost* host = FindHost(head.authority);
  if (host == nullptr) return nullptr;
  for (const Route& route : host->routes) {
    if (route.match.Matches(head)) return &route;
  }
  return nullptr;
}

std::optional<std::string_view> FindQueryParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  }
  return std::nullopt;
}

namespace {

std::string_view AfterPath(const http::RequestHead& head) {
  return head.target.substr(head.path().size());
}

std::string ReplacePrefix(const Route& route, std::string_view path, std::string_view with) {
  const StringMatcher& matcher = route.match.path();
  const std::size_t matched =
      matcher.kind() == StringMatcher::Kind::kPrefix ? matcher.text().size() : path.size();
  std::string result(with);
  result.append(path.substr(std::min(matched, path.size())));
  return result;
}

}  // namespace

std::string_view RewriteTarget(const Route& route, const http::RequestHead& head) {
  if (!route.rewrite.changes_path()) return head.target;
  std::string path;
  if (route.rewrite.pattern != nullptr) {
    path = head.path();
    re2::RE2::GlobalReplace(&path, *route.rewrite.pattern, route.rewrite.substitution);
  } else {
    path = ReplacePrefix(route, head.path(), route.rewrite.path);
  }
  if (path.empty() || path.front() != '/') path.insert(path.begin(), '/');
  path.append(AfterPath(head));
  return head.headers.arena().Copy(path);
}

std::string_view RedirectLocation(const Route& route, const http::RequestHead& head) {
  const Redirect& redirect = *route.redirect;
  const std::string_view scheme =
      redirect.scheme.empty() ? head.scheme : std::string_view(redirect.scheme);
  std::string location(scheme);
  location.append("://");
  std::string_view authority =
      redirect.authority.empty() ? head.authority : std::string_view(redirect.authority);
  const bool names_port = redirect.port != 0;
  // A port of the old scheme means nothing in the new one.
  if (names_port || (!redirect.scheme.empty() && redirect.authority.empty()))
    authority = StripPort(authority);
  location.append(authority);
  const bool usual =
      (redirect.port == 80 && scheme == "http") || (redirect.port == 443 && scheme == "https");
  if (names_port && !usual) location.append(":").append(std::to_string(redirect.port));
  std::string path(head.path());
  std::string_view query = AfterPath(head);
  if (!redirect.path.empty()) {
    path = redirect.path;
    if (path.find('?') != std::string::npos) query = {};
  } else if (redirect.has_prefix) {
    path = ReplacePrefix(route, head.path(), redirect.prefix);
  }
  location.append(path).append(query);
  return head.headers.arena().Copy(location);
}

}  // namespace outrigger::router
