#include "control/outbound.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "api/istio/destination_rule.pb.h"
#include "control/cluster.h"
#include "control/host.h"
#include "control/outbound_routes.h"

namespace outrigger::control {
namespace {

// Our own ports; a Service that claims one of them for all addresses would cut us off.
constexpr std::uint16_t kReservedPorts[] = {15001, 15006, 15021, 15090};

// Builds one ProxyConfig; lives for one AddOutbound() call.
class OutboundBuilder {
 public:
  OutboundBuilder(const MeshView& mesh, const OutboundClient& client, v1::ProxyConfig* out)
      : mesh_(mesh), client_(client), routes_(mesh, client), out_(out) {
    for (const Service& service : mesh.registry.services()) {
      if (service.visibility.VisibleTo(client.ns)) services_.push_back(&service);
    }
  }

  void Build() {
    AddListener();
    AddFixedClusters();
    for (const Service* service : services_) AddService(*service);
    routes_.AddSharedTables(services_, out_);
  }

 private:
  void AddListener() {
    v1::Listener* listener = out_->add_listeners();
    listener->set_name("virtualOutbound");
    listener->set_address(client_.ipv6 ? "[::]:15001" : "0.0.0.0:15001");
    listener->set_direction(v1::DIRECTION_OUTBOUND);
    capture_ = listener->mutable_capture();
    const bool open = mesh_.options.outbound_policy == OutboundPolicy::kAllowAny;
    capture_->set_passthrough_cluster(std::string(open ? kPassthroughCluster : kBlackHoleCluster));
    // A connection made to the capture port itself would otherwise be passed on to itself.
    v1::CaptureChain* chain = capture_->add_chains();
    chain->set_name("virtualOutbound-blackhole");
    chain->set_port(15001);
    chain->set_protocol(v1::PROTOCOL_TCP);
    chain->mutable_tcp()->set_cluster(std::string(kBlackHoleCluster));
  }

  void AddFixedClusters() {
    *out_->add_clusters() = OriginalDestinationCluster(kPassthroughCluster, {});
    *out_->add_clusters() = BlackHoleCluster();
  }

  void AddService(const Service& service) {
    const MergedRule* rule = mesh_.destination_rules.Find(client_.ns, service.ns, service.host);
    for (const ServicePort& port : service.ports) {
      if (port.protocol == PortProtocol::kNone) continue;
      AddOutboundClusters(mesh_.registry, service, port, rule, ClientSide::kSidecar, out_);
      if (port.protocol == PortProtocol::kHttp) {
        AddHttpChain(port.port);
      } else {
        AddAddressChains(service, port, rule);
      }
    }
  }

  void AddHttpChain(std::uint16_t port) {
    const bool reserved = std::ranges::find(kReservedPorts, port) != std::end(kReservedPorts);
    if (reserved || !http_ports_.insert(port).second) return;
    v1::CaptureChain* chain = capture_->add_chains();
    chain->set_name(fmt::format("0.0.0.0_{}", port));
    chain->set_port(port);
    chain->set_protocol(v1::PROTOCOL_HTTP);
    chain->mutable_http()->set_route_table(std::to_string(port));
  }

  void AddAddressChains(const Service& service, const ServicePort& port, const MergedRule* rule) {
    const bool sniffed = port.protocol == PortProtocol::kAuto;
    const std::vector<std::string> addresses = AddressesOf(service);
    if (sniffed && !addresses.empty()) routes_.AddOwnTable(service, port, out_);
    for (const std::string& address : addresses) {
      const std::string name = fmt::format("{}_{}", address, port.port);
      if (!chain_names_.insert(name).second) continue;  // two Services claim one address
      v1::CaptureChain* chain = capture_->add_chains();
      chain->set_name(name);
      chain->set_address(address);
      chain->set_port(port.port);
      chain->set_protocol(sniffed ? v1::PROTOCOL_AUTO : v1::PROTOCOL_TCP);
      FillTcp(service, port, rule, chain->mutable_tcp());
      if (sniffed) chain->mutable_http()->set_route_table(OwnTableName(service, port));
    }
  }

  // A headless Service has no address of its own: clients connect to its pods.
  [[nodiscard]] std::vector<std::string> AddressesOf(const Service& service) const {
    if (!service.headless) return service.addresses;
    std::vector<std::string> addresses;
    for (const Pod* pod : mesh_.registry.PodsOf(service)) {
      addresses.insert(addresses.end(), pod->addresses.begin(), pod->addresses.end());
    }
    return addresses;
  }

  static void FillTcp(const Service& service, const ServicePort& port, const MergedRule* rule,
                      v1::TcpChain* tcp) {
    tcp->set_cluster(OutboundClusterName(port.port, "", service.host));
    const DestinationPolicy policy = ResolvePolicy(rule, nullptr, port.port);
    if (policy.connection_pool != nullptr && policy.connection_pool->tcp().has_idle_timeout()) {
      *tcp->mutable_idle_timeout() = policy.connection_pool->tcp().idle_timeout();
    }
  }

  const MeshView& mesh_;
  const OutboundClient& client_;
  OutboundRoutes routes_;
  v1::ProxyConfig* out_;
  v1::CaptureChains* capture_ = nullptr;
  std::vector<const Service*> services_;
  std::set<std::uint16_t> http_ports_;
  std::set<std::string> chain_names_;
};

}  // namespace

void AddOutbound(const MeshView& mesh, const OutboundClient& client, v1::ProxyConfig* out) {
  OutboundBuilder(mesh, client, out).Build();
}

}  // namespace outrigger::control
