#include "control/gateway.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "api/istio/destination_rule.pb.h"
#include "api/istio/gateway.pb.h"
#include "control/cluster.h"
#include "control/gateway_hosts.h"
#include "control/inbound.h"
#include "control/server_protocol.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

struct BoundServer {
  const Resource* gateway = nullptr;
  const istio::Server* server = nullptr;
};

// The number in a Gateway is the port of the Service in front of the gateway pods.
std::uint32_t ListenerPort(const MeshView& mesh, const Pod& pod, std::uint32_t number) {
  for (const Service* service : mesh.registry.ServicesOf(pod)) {
    const ServicePort* port = service->FindPort(number);
    const std::uint16_t target = port == nullptr ? std::uint16_t{0} : TargetPort(*port, pod);
    if (target != 0) return target;
  }
  return number;
}

std::map<std::uint32_t, std::vector<BoundServer>> ServersByPort(const MeshView& mesh,
                                                                const Pod& pod) {
  std::map<std::uint32_t, std::vector<BoundServer>> ports;
  for (const Resource* gateway : GatewaysOf(mesh, pod)) {
    for (const istio::Server& server : GatewaySpec(*gateway).servers()) {
      if (ParseServerProtocol(server.port().protocol()) != ServerProtocol::kHttp) continue;
      ports[ListenerPort(mesh, pod, server.port().number())].push_back({gateway, &server});
    }
  }
  return ports;
}

void AddListener(const Pod& pod, std::uint32_t port, v1::ProxyConfig* out) {
  v1::Listener* listener = out->add_listeners();
  listener->set_name(fmt::format("0.0.0.0_{}", port));
  listener->set_address(fmt::format("{}:{}", HasIpv6(pod) ? "[::]" : "0.0.0.0", port));
  listener->set_direction(v1::DIRECTION_EDGE);
  listener->mutable_http()->set_route_table(fmt::format("http.{}", port));
}

std::set<std::string> ClustersNamedBy(const v1::ProxyConfig& config) {
  std::set<std::string> names;
  for (const auto& table : config.route_tables()) {
    for (const auto& host : table.virtual_hosts()) {
      for (const auto& route : host.routes()) {
        for (const auto& cluster : route.clusters()) names.insert(cluster.name());
      }
    }
  }
  return names;
}

// Adds the cluster of that name if the registry and the rules have what it says; otherwise the
// route keeps naming it and answers 503 NC.
void AddNamedCluster(const MeshView& mesh, const Pod& pod, const std::string& name,
                     v1::ProxyConfig* out) {
  const std::vector<std::string_view> parts = Split(name, '|');  // outbound|port|subset|host
  if (parts.size() != 4) return;
  std::uint32_t number = 0;
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), number);
  const Service* service = mesh.registry.Find(parts[3]);
  if (service == nullptr || !service->visibility.VisibleTo(pod.ns)) return;
  const ServicePort* port = service->FindPort(number);
  if (port == nullptr || port->protocol == PortProtocol::kNone) return;
  const MergedRule* rule = mesh.destination_rules.Find(pod.ns, service->ns, service->host);
  const istio::Subset* subset = rule == nullptr ? nullptr : rule->FindSubset(parts[2]);
  if (!parts[2].empty() && subset == nullptr) return;
  *out->add_clusters() =
      OutboundCluster(mesh.registry, *service, *port, rule, subset, ClientSide::kGateway);
}

}  // namespace

ServerHost ParseServerHost(std::string_view text, std::string_view gateway_ns) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {"*", ToLower(text)};
  const std::string_view ns = text.substr(0, slash);
  return {std::string(ns == "." ? gateway_ns : ns), ToLower(text.substr(slash + 1))};
}

std::vector<const Resource*> GatewaysOf(const MeshView& mesh, const Pod& pod) {
  std::vector<const Resource*> selecting;
  for (const Resource* gateway : mesh.store.All(Kind::kGateway)) {
    const auto& selector = GatewaySpec(*gateway).selector();
    if (Includes(pod.labels, Labels(selector.begin(), selector.end()))) {
      selecting.push_back(gateway);
    }
  }
  return selecting;
}

void AddGateway(const MeshView& mesh, const Pod& pod, v1::ProxyConfig* out) {
  for (const auto& [port, servers] : ServersByPort(mesh, pod)) {
    AddListener(pod, port, out);
    GatewayHosts hosts(mesh, pod, port);
    for (const BoundServer& bound : servers) hosts.AddServer(*bound.gateway, *bound.server);
    v1::RouteTable* table = out->add_route_tables();
    table->set_name(fmt::format("http.{}", port));
    hosts.FillTable(table);
  }
  for (const std::string& name : ClustersNamedBy(*out)) AddNamedCluster(mesh, pod, name, out);
}

}  // namespace outrigger::control
