#include "control/inbound.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/istio/destination_rule.pb.h"
#include "control/cluster.h"

namespace outrigger::control {
namespace {

struct PortOwner {
  const Service* service = nullptr;
  const ServicePort* port = nullptr;
};

// By target port; ServicesOf() is oldest first, so the first claim stays.
std::map<std::uint16_t, PortOwner> OwnersOf(const MeshView& mesh, const Pod& pod) {
  std::map<std::uint16_t, PortOwner> owners;
  for (const Service* service : mesh.registry.ServicesOf(pod)) {
    for (const ServicePort& port : service->ports) {
      const std::uint16_t target = TargetPort(port, pod);
      if (target == 0 || port.protocol == PortProtocol::kNone) continue;
      owners.try_emplace(target, PortOwner{service, &port});
    }
  }
  return owners;
}

v1::Protocol ProtocolOf(PortProtocol protocol) {
  switch (protocol) {
    case PortProtocol::kHttp:
      return v1::PROTOCOL_HTTP;
    case PortProtocol::kTcp:
      return v1::PROTOCOL_TCP;
    default:
      return v1::PROTOCOL_AUTO;
  }
}

void AddTable(const std::string& name, v1::ProxyConfig* out) {
  v1::RouteTable* table = out->add_route_tables();
  table->set_name(name);
  v1::VirtualHost* host = table->add_virtual_hosts();
  host->set_name("inbound|http");
  host->add_domains("*");
  v1::Route* route = host->add_routes();
  route->set_name("default");
  v1::WeightedCluster* cluster = route->add_clusters();
  cluster->set_name(name);
  cluster->set_weight(1);
}

// The client's rule also limits what the server lets through to the app (traffic-api 4.2).
v1::Cluster ClusterFor(const MeshView& mesh, std::uint16_t target, const PortOwner& owner) {
  v1::Cluster cluster = InboundCluster(target, owner.service);
  const MergedRule* rule =
      mesh.destination_rules.Find(owner.service->ns, owner.service->ns, owner.service->host);
  const DestinationPolicy policy = ResolvePolicy(rule, nullptr, owner.port->port);
  if (policy.connection_pool != nullptr) FillConnectionPool(*policy.connection_pool, &cluster);
  return cluster;
}

void AddPort(const MeshView& mesh, std::uint16_t target, const PortOwner& owner,
             v1::CaptureChains* capture, v1::ProxyConfig* out) {
  v1::Cluster* cluster = out->add_clusters();
  *cluster = ClusterFor(mesh, target, owner);
  v1::CaptureChain* chain = capture->add_chains();
  chain->set_name(fmt::format("0.0.0.0_{}", target));
  chain->set_port(target);
  chain->set_protocol(ProtocolOf(owner.port->protocol));
  if (chain->protocol() != v1::PROTOCOL_TCP) {
    chain->mutable_http()->set_route_table(cluster->name());
    AddTable(cluster->name(), out);
  }
  if (chain->protocol() != v1::PROTOCOL_HTTP) chain->mutable_tcp()->set_cluster(cluster->name());
}

}  // namespace

bool HasIpv6(const Pod& pod) {
  return std::ranges::any_of(
      pod.addresses, [](const auto& address) { return address.find(':') != std::string::npos; });
}

void AddInbound(const MeshView& mesh, const Pod& pod, v1::ProxyConfig* out) {
  v1::Listener* listener = out->add_listeners();
  listener->set_name("virtualInbound");
  listener->set_address(HasIpv6(pod) ? "[::]:15006" : "0.0.0.0:15006");
  listener->set_direction(v1::DIRECTION_INBOUND);
  v1::CaptureChains* capture = listener->mutable_capture();
  capture->set_passthrough_cluster(std::string(kInboundPassthroughCluster));
  // As on the outbound side: never pass the capture port on to itself.
  v1::CaptureChain* self = capture->add_chains();
  self->set_name("virtualInbound-blackhole");
  self->set_port(15006);
  self->set_protocol(v1::PROTOCOL_TCP);
  self->mutable_tcp()->set_cluster(std::string(kBlackHoleCluster));
  *out->add_clusters() =
      OriginalDestinationCluster(kInboundPassthroughCluster, kInboundSourceAddress);
  for (const auto& [target, owner] : OwnersOf(mesh, pod)) {
    AddPort(mesh, target, owner, capture, out);
  }
}

}  // namespace outrigger::control
