#include "control/references.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/istio/destination_rule.pb.h"
#include "api/istio/gateway.pb.h"
#include "api/istio/virtual_service.pb.h"
#include "control/gateway.h"
#include "control/host.h"
#include "control/report.h"
#include "control/route.h"

namespace outrigger::control {
namespace {

using config::Path;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

std::size_t At(int index) { return static_cast<std::size_t>(index); }

std::string NoSuchHost(const std::string& written, const std::string& host,
                       const MeshOptions& options) {
  if (written == host && !host.ends_with(options.cluster_domain) &&
      std::ranges::count(host, '.') == 1) {
    return fmt::format(
        "no Service has the host '{0}'; a name with a dot is not expanded, write "
        "{0}.svc.{1}",
        host, options.cluster_domain);
  }
  return fmt::format("no Service has the host '{}'; requests get 503 NC", host);
}

class VirtualServiceReferences {
 public:
  /// @param owners  who routes which host for sidecars of the rule's own namespace.
  VirtualServiceReferences(const MeshView& mesh, const VirtualService& rule,
                           const HostOwners& owners, config::Problems* problems)
      : mesh_(mesh), rule_(rule), owners_(owners), report_(*rule.resource, problems) {}

  void Run() {
    const Path root;
    const Path spec = root.Key("spec");
    CheckGateways(rule_.spec->gateways(), spec.Key("gateways"));
    CheckHosts(spec.Key("hosts"));
    const Path http = spec.Key("http");
    for (int i = 0; i < rule_.spec->http_size(); ++i) {
      CheckRoute(rule_.spec->http(i), http.Index(At(i)));
    }
  }

 private:
  const Resource* FindGateway(std::string_view resolved) const {
    const auto slash = resolved.find('/');
    return mesh_.store.Find(Kind::kGateway, resolved.substr(0, slash), resolved.substr(slash + 1));
  }

  void CheckGateways(const Strings& gateways, const Path& path) {
    for (int i = 0; i < gateways.size(); ++i) {
      const std::string name = ResolveGatewayName(gateways.Get(i), rule_.ns);
      if (name != kMesh && FindGateway(name) == nullptr) {
        report_.Warning(path.Index(At(i)), fmt::format("there is no Gateway {}", name));
      }
    }
  }

  bool AnyServerTakes(const std::string& host) const {
    for (const std::string& name : rule_.gateways) {
      const Resource* gateway = name == kMesh ? nullptr : FindGateway(name);
      if (gateway == nullptr) continue;
      for (const istio::Server& server : GatewaySpec(*gateway).servers()) {
        for (const std::string& text : server.hosts()) {
          const ServerHost allowed = ParseServerHost(text, gateway->key.ns);
          if (allowed.ns != "*" && allowed.ns != rule_.ns) continue;
          if (Intersect(allowed.host, host)) return true;
        }
      }
    }
    return false;
  }

  // One direction only: who is hidden in its own namespace is told so, once.
  void CheckOwner(const std::string& host, const Path& path) {
    const VirtualService* owner = owners_.OwnerOf(host);
    if (owner == nullptr || owner == &rule_) return;
    report_.Warning(path, fmt::format("has no effect: {} has this host too and comes first",
                                      ToString(owner->resource->key)));
  }

  void CheckHosts(const Path& path) {
    const bool mesh = rule_.gateways.contains(kMesh);
    const bool any_gateway = std::ranges::any_of(rule_.gateways, [&](const std::string& name) {
      return name != kMesh && FindGateway(name) != nullptr;
    });
    for (std::size_t i = 0; i < rule_.hosts.size(); ++i) {
      const std::string& host = rule_.hosts[i];
      if (mesh) CheckOwner(host, path.Index(i));
      if (!mesh && any_gateway && !AnyServerTakes(host)) {
        report_.Warning(path.Index(i),
                        fmt::format("no server of the Gateways named here takes '{}'", host));
      }
    }
  }

  void CheckRoute(const istio::HttpRoute& route, const Path& path) {
    const Path matches = path.Key("match");
    for (int i = 0; i < route.match_size(); ++i) {
      const Path match = matches.Index(At(i));
      CheckGateways(route.match(i).gateways(), match.Key("gateways"));
    }
    const Path routes = path.Key("route");
    for (int i = 0; i < route.route_size(); ++i) {
      const Path here = routes.Index(At(i));
      CheckTarget(route.route(i).destination(), here.Key("destination"));
    }
  }

  void CheckTarget(const istio::Destination& destination, const Path& path) {
    const std::string host = ExpandHost(destination.host(), rule_.ns, mesh_.options.cluster_domain);
    const Service* service = mesh_.registry.Find(host);
    if (service == nullptr) {
      return report_.Warning(path.Key("host"), NoSuchHost(destination.host(), host, mesh_.options));
    }
    CheckTargetPort(destination, *service, path);
    if (destination.subset().empty()) return;
    const MergedRule* rule = mesh_.destination_rules.Find(rule_.ns, service->ns, service->host);
    if (rule == nullptr || rule->FindSubset(destination.subset()) == nullptr) {
      report_.Warning(path.Key("subset"),
                      fmt::format("no DestinationRule for {} has the subset '{}'; requests get "
                                  "503 NC",
                                  host, destination.subset()));
    }
  }

  void CheckTargetPort(const istio::Destination& destination, const Service& service,
                       const Path& path) {
    const std::uint32_t number = destination.port().number();
    if (number == 0 || service.FindPort(number) != nullptr) return;
    const Path port = path.Key("port");
    report_.Warning(port.Key("number"),
                    fmt::format("{} has no port {}; requests get 503 NC", service.host, number));
  }

  const MeshView& mesh_;
  const VirtualService& rule_;
  const HostOwners& owners_;
  Report report_;
};

void ReportDestinationRule(const MeshView& mesh, const Resource& resource,
                           config::Problems* problems) {
  const std::string& written = DestinationRuleSpec(resource).host();
  const std::string host = ExpandHost(written, resource.key.ns, mesh.options.cluster_domain);
  const auto takes = [&](const Service& service) { return Covers(host, service.host); };
  const bool known = IsPattern(host) ? std::ranges::any_of(mesh.registry.services(), takes)
                                     : mesh.registry.Find(host) != nullptr;
  if (known) return;
  const Path root;
  const Path spec = root.Key("spec");
  Report report(resource, problems);
  report.Warning(spec.Key("host"), fmt::format("no Service has the host '{}'", host));
}

// A pod may still be coming: a Deployment that would make one counts too.
bool SelectsSomething(const MeshView& mesh, const Labels& selector) {
  const auto is_gateway = [&](const Pod* pod) {
    return pod->role == ProxyRole::kGateway && Includes(pod->labels, selector);
  };
  if (std::ranges::any_of(mesh.registry.pods(), is_gateway)) return true;
  const auto deployments = mesh.store.All(Kind::kDeployment);
  return std::ranges::any_of(deployments, [&](const Resource* deployment) {
    return Includes(LabelsAt(deployment->document, "/spec/template/metadata/labels"), selector);
  });
}

void ReportGateway(const MeshView& mesh, const Resource& gateway, config::Problems* problems) {
  const auto& selector = GatewaySpec(gateway).selector();
  if (SelectsSomething(mesh, Labels(selector.begin(), selector.end()))) return;
  const Path root;
  const Path spec = root.Key("spec");
  Report report(gateway, problems);
  report.Warning(spec.Key("selector"), "no gateway pod has these labels; nothing listens");
}

void ReportService(const Service& service, config::Problems* problems) {
  const Path root;
  const Path spec = root.Key("spec");
  Report report(*service.resource, problems);
  if (service.selector.empty()) {
    report.Warning(spec.Key("selector"),
                   "without a selector it has no endpoints: Endpoints objects are not yet "
                   "effective");
  }
  if (service.headless || !service.addresses.empty()) return;
  const auto needs_address = [](const ServicePort& port) {
    return port.protocol == PortProtocol::kTcp || port.protocol == PortProtocol::kAuto;
  };
  const auto port = std::ranges::find_if(service.ports, needs_address);
  if (port == service.ports.end()) return;
  report.Warning(spec.Key("clusterIP"),
                 fmt::format("no address is known: port {} ({}) cannot be told apart and is passed "
                             "on as unknown traffic",
                             port->port, ToString(port->protocol)));
}

}  // namespace

void ReportReferences(const MeshView& mesh, config::Problems* problems) {
  for (const Resource* gateway : mesh.store.All(Kind::kGateway)) {
    ReportGateway(mesh, *gateway, problems);
  }
  std::map<std::string, HostOwners> owners;  // by namespace
  for (const VirtualService& rule : mesh.virtual_services.all()) {
    auto own = owners.find(rule.ns);
    if (own == owners.end()) {
      own = owners.emplace(rule.ns, mesh.virtual_services.For(kMesh, rule.ns)).first;
    }
    VirtualServiceReferences(mesh, rule, own->second, problems).Run();
  }
  for (const Resource* rule : mesh.store.All(Kind::kDestinationRule)) {
    ReportDestinationRule(mesh, *rule, problems);
  }
  for (const Service& service : mesh.registry.services()) ReportService(service, problems);
}

}  // namespace outrigger::control
