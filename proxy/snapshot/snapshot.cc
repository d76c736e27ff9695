#include "proxy/snapshot/snapshot.h"

#include "api/outrigger/v1/config.pb.h"

namespace outrigger::snapshot {

namespace {

Duration ToDuration(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

template <class Message>
void SetIfGiven(bool given, const Message& duration, Duration* out) {
  if (given) *out = ToDuration(duration);
}

HttpChain ReadHttp(const v1::HttpChain& config) {
  HttpChain chain;
  chain.route_table = config.route_table();
  SetIfGiven(config.has_request_head_timeout(), config.request_head_timeout(), &chain.head_timeout);
  SetIfGiven(config.has_idle_timeout(), config.idle_timeout(), &chain.idle_timeout);
  return chain;
}

TcpChain ReadTcp(const v1::TcpChain& config) {
  TcpChain chain;
  chain.cluster = config.cluster();
  SetIfGiven(config.has_idle_timeout(), config.idle_timeout(), &chain.idle_timeout);
  return chain;
}

Protocol ReadProtocol(v1::Protocol protocol) {
  switch (protocol) {
    case v1::PROTOCOL_HTTP:
      return Protocol::kHttp;
    case v1::PROTOCOL_TCP:
      return Protocol::kTcp;
    default:
      return Protocol::kAuto;
  }
}

router::Direction ReadDirection(v1::Direction direction) {
  switch (direction) {
    case v1::DIRECTION_INBOUND:
      return router::Direction::kInbound;
    case v1::DIRECTION_OUTBOUND:
      return router::Direction::kOutbound;
    default:
      return router::Direction::kEdge;
  }
}

std::shared_ptr<const ListenerConfig> ReadListener(const v1::Listener& config) {
  auto listener = std::make_shared<ListenerConfig>();
  listener->name = config.name();
  listener->address = *SocketAddress::Parse(config.address());
  listener->direction = ReadDirection(config.direction());
  if (config.has_http()) {
    listener->chains.push_back(
        {.name = config.name(), .protocol = Protocol::kHttp, .http = ReadHttp(config.http())});
  } else if (config.has_tcp()) {
    listener->chains.push_back(
        {.name = config.name(), .protocol = Protocol::kTcp, .tcp = ReadTcp(config.tcp())});
  } else {
    listener->capture = true;
    listener->passthrough_cluster = config.capture().passthrough_cluster();
    for (const v1::CaptureChain& chain : config.capture().chains()) {
      listener->chains.push_back({.name = chain.name(),
                                  .address = chain.address(),
                                  .port = static_cast<std::uint16_t>(chain.port()),
                                  .protocol = ReadProtocol(chain.protocol()),
                                  .http = ReadHttp(chain.http()),
                                  .tcp = ReadTcp(chain.tcp())});
    }
  }
  return listener;
}

cluster::PoolLimits ReadPoolLimits(const v1::ConnectionPool& config) {
  cluster::PoolLimits limits;
  limits.max_connections = config.max_connections();
  if (config.max_pending_requests() != 0) limits.max_pending = config.max_pending_requests();
  limits.max_requests = config.max_requests();
  limits.max_requests_per_connection = config.max_requests_per_connection();
  limits.max_retries = config.max_retries();
  SetIfGiven(config.has_idle_timeout(), config.idle_timeout(), &limits.idle_timeout);
  return limits;
}

std::shared_ptr<const cluster::ClusterConfig> ReadCluster(const v1::Cluster& config) {
  auto cluster = std::make_shared<cluster::ClusterConfig>();
  cluster->name = config.name();
  cluster->original_destination = config.type() == v1::CLUSTER_TYPE_ORIGINAL_DST;
  for (const v1::Endpoint& endpoint : config.endpoints()) {
    cluster->endpoints.push_back(
        {*SocketAddress::FromIp(endpoint.address(), static_cast<std::uint16_t>(endpoint.port())),
         endpoint.weight() == 0 ? 1 : endpoint.weight()});
  }
  switch (config.load_balancer()) {
    case v1::LOAD_BALANCER_ROUND_ROBIN:
      cluster->load_balancer = cluster::LoadBalancer::kRoundRobin;
      break;
    case v1::LOAD_BALANCER_RANDOM:
      cluster->load_balancer = cluster::LoadBalancer::kRandom;
      break;
    default:
      cluster->load_balancer = cluster::LoadBalancer::kLeastRequest;
  }
  SetIfGiven(config.has_connect_timeout(), config.connect_timeout(), &cluster->connect_timeout);
  cluster->service = {config.service().host(), config.service().name(),
                      config.service().namespace_()};
  if (!config.source_address().empty())
    cluster->source = *SocketAddress::FromIp(config.source_address(), 0);
  cluster->limits = ReadPoolLimits(config.connection_pool());
  return cluster;
}

std::string OrElse(const std::string& value, std::string_view fallback) {
  return value.empty() ? std::string(fallback) : value;
}

metrics::WorkloadLabels ReadOwn(const v1::Node& node) {
  return metrics::Own({.workload = node.workload(),
                       .ns = node.namespace_(),
                       .canonical_name = node.canonical_name(),
                       .canonical_revision = node.canonical_revision(),
                       .app = node.app(),
                       .version = node.version(),
                       .cluster = OrElse(node.cluster_id(), "Kubernetes"),
                       .principal = {}});
}

std::shared_ptr<const router::AddressIndex> ReadAddresses(const v1::ProxyConfig& config) {
  auto index = std::make_shared<router::AddressIndex>();
  for (const v1::Workload& workload : config.workloads()) {
    const metrics::WorkloadLabels labels =
        metrics::Peer({.workload = workload.name(),
                       .ns = workload.namespace_(),
                       .canonical_name = workload.canonical_name(),
                       .canonical_revision = workload.canonical_revision(),
                       .app = workload.app(),
                       .version = workload.version(),
                       .cluster = OrElse(workload.cluster_id(), "Kubernetes"),
                       .principal = {}});
    for (const std::string& address : workload.addresses())
      index->Add(*SocketAddress::FromIp(address, 0), labels);
  }
  return index;
}

void ReadLimits(const v1::Limits& config, Snapshot* snapshot) {
  if (config.max_head_bytes() != 0) snapshot->http_limits.max_head_bytes = config.max_head_bytes();
  if (config.max_header_fields() != 0)
    snapshot->http_limits.max_fields = config.max_header_fields();
  if (config.max_request_line_bytes() != 0)
    snapshot->http_limits.max_line_bytes = config.max_request_line_bytes();
  if (config.workers() != 0) snapshot->workers = config.workers();
  snapshot->max_connections = config.max_connections();
  if (config.max_metric_keys() != 0) snapshot->max_metric_keys = config.max_metric_keys();
  SetIfGiven(config.has_drain_timeout(), config.drain_timeout(), &snapshot->drain_timeout);
}

}  // namespace

std::shared_ptr<const Snapshot> Build(const v1::ProxyConfig& config,
                                      const stream::FilterRegistry& filters) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->version = config.version();
  snapshot->own = ReadOwn(config.node());
  snapshot->addresses = ReadAddresses(config);
  for (const v1::Listener& listener : config.listeners())
    snapshot->listeners.push_back(ReadListener(listener));
  for (const v1::RouteTable& table : config.route_tables()) {
    snapshot->routes.emplace(table.name(), std::make_shared<router::RouteTable>(table, filters));
  }
  for (const v1::Cluster& cluster : config.clusters())
    snapshot->clusters.emplace(cluster.name(), ReadCluster(cluster));
  ReadLimits(config.limits(), snapshot.get());
  const v1::Admin& admin = config.admin();
  snapshot->services.admin = OrElse(admin.admin_address(), snapshot->services.admin);
  snapshot->services.health = OrElse(admin.health_address(), snapshot->services.health);
  snapshot->services.stats = OrElse(admin.stats_address(), snapshot->services.stats);
  snapshot->services.agent = OrElse(admin.agent_address(), snapshot->services.agent);
  return snapshot;
}

}  // namespace outrigger::snapshot
