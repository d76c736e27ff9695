#include "control/cluster.h"

#include <fmt/format.h>

#include "api/istio/destination_rule.pb.h"
#include "control/host.h"

namespace outrigger::control {
namespace {

using Simple = istio::LoadBalancerSettings;

v1::LoadBalancer LoadBalancerOf(const istio::LoadBalancerSettings* settings) {
  if (settings == nullptr) return v1::LOAD_BALANCER_LEAST_REQUEST;
  switch (settings->simple()) {
    case Simple::ROUND_ROBIN:
      return v1::LOAD_BALANCER_ROUND_ROBIN;
    case Simple::RANDOM:
      return v1::LOAD_BALANCER_RANDOM;
    default:  // UNSPECIFIED and LEAST_CONN mean the same; PASSTHROUGH picks no endpoint
      return v1::LOAD_BALANCER_LEAST_REQUEST;
  }
}

bool UsesOriginalDestination(const Service& service, const DestinationPolicy& policy,
                             ClientSide side) {
  if (side == ClientSide::kGateway) return false;
  const bool passthrough =
      policy.load_balancer != nullptr && policy.load_balancer->simple() == Simple::PASSTHROUGH;
  return service.headless || passthrough;
}

bool HasLabels(const Pod& pod, const istio::Subset& subset) {
  for (const auto& [key, value] : subset.labels()) {
    const auto found = pod.labels.find(key);
    if (found == pod.labels.end() || found->second != value) return false;
  }
  return true;
}

void FillService(const Service& service, v1::ServiceRef* out) {
  out->set_host(service.host);
  out->set_name(service.name);
  out->set_namespace_(service.ns);
}

std::uint32_t Limit(std::int32_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

void FillConnectionPool(const istio::ConnectionPoolSettings& settings, v1::Cluster* out) {
  const auto& tcp = settings.tcp();
  const auto& http = settings.http();
  if (tcp.has_connect_timeout()) *out->mutable_connect_timeout() = tcp.connect_timeout();
  v1::ConnectionPool pool;
  pool.set_max_connections(Limit(tcp.max_connections()));
  pool.set_max_pending_requests(Limit(http.http1_max_pending_requests()));
  pool.set_max_requests(Limit(http.http2_max_requests()));
  pool.set_max_requests_per_connection(Limit(http.max_requests_per_connection()));
  pool.set_max_retries(Limit(http.max_retries()));
  if (http.has_idle_timeout()) {
    *pool.mutable_idle_timeout() = http.idle_timeout();
  } else if (tcp.has_idle_timeout()) {
    *pool.mutable_idle_timeout() = tcp.idle_timeout();
  }
  if (pool.ByteSizeLong() > 0) *out->mutable_connection_pool() = std::move(pool);
}

v1::Cluster OutboundCluster(const Registry& registry, const Service& service,
                            const ServicePort& port, const MergedRule* rule,
                            const istio::Subset* subset, ClientSide side) {
  v1::Cluster cluster;
  cluster.set_name(
      OutboundClusterName(port.port, subset == nullptr ? "" : subset->name(), service.host));
  FillService(service, cluster.mutable_service());
  const DestinationPolicy policy = ResolvePolicy(rule, subset, port.port);
  if (policy.connection_pool != nullptr) FillConnectionPool(*policy.connection_pool, &cluster);
  if (UsesOriginalDestination(service, policy, side)) {
    cluster.set_type(v1::CLUSTER_TYPE_ORIGINAL_DST);
    return cluster;
  }
  cluster.set_load_balancer(LoadBalancerOf(policy.load_balancer));
  for (const ServiceEndpoint& endpoint : registry.EndpointsOf(service, port)) {
    if (subset != nullptr && !HasLabels(*endpoint.pod, *subset)) continue;
    v1::Endpoint* out = cluster.add_endpoints();
    out->set_address(endpoint.pod->addresses.front());
    out->set_port(endpoint.port);
  }
  return cluster;
}

void AddOutboundClusters(const Registry& registry, const Service& service, const ServicePort& port,
                         const MergedRule* rule, ClientSide side, v1::ProxyConfig* out) {
  *out->add_clusters() = OutboundCluster(registry, service, port, rule, nullptr, side);
  if (rule == nullptr) return;
  for (const istio::Subset* subset : rule->subsets) {
    *out->add_clusters() = OutboundCluster(registry, service, port, rule, subset, side);
  }
}

v1::Cluster InboundCluster(std::uint32_t port, const Service* owner) {
  v1::Cluster cluster =
      OriginalDestinationCluster(fmt::format("inbound|{}||", port), kInboundSourceAddress);
  cluster.clear_service();
  if (owner != nullptr) FillService(*owner, cluster.mutable_service());
  return cluster;
}

v1::Cluster OriginalDestinationCluster(std::string_view name, std::string_view source_address) {
  v1::Cluster cluster;
  cluster.set_name(std::string(name));
  cluster.set_type(v1::CLUSTER_TYPE_ORIGINAL_DST);
  cluster.set_source_address(std::string(source_address));
  // Metrics name the cluster in place of a Service (metrics section 2.3).
  cluster.mutable_service()->set_name(std::string(name));
  return cluster;
}

v1::Cluster BlackHoleCluster() {
  v1::Cluster cluster;
  cluster.set_name(std::string(kBlackHoleCluster));
  cluster.mutable_service()->set_name(std::string(kBlackHoleCluster));
  return cluster;
}

}  // namespace outrigger::control
