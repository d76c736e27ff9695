#include "proxy/router/edge_resolver.h"

#include <algorithm>

namespace outrigger::router {

namespace {

using metrics::EdgeLabels;
using metrics::Reporter;
using metrics::RequestProtocol;

constexpr std::size_t kMaxCachedPeers = 4096;
constexpr std::string_view kUnknown = "unknown";

const metrics::WorkloadLabels& OrUnknown(const metrics::WorkloadLabels* labels) {
  return labels == nullptr ? metrics::UnknownPeer() : *labels;
}

}  // namespace

void EdgeResolver::Update(metrics::WorkloadLabels own, std::shared_ptr<const AddressIndex> index) {
  own_ = metrics::Own(std::move(own));
  index_ = std::move(index);
  inbound_.clear();
  ++generation_;
}

metrics::ServiceLabels EdgeResolver::ServiceAtSource(
    Direction direction, const cluster::ClusterConfig* cluster, std::string_view authority,
    const metrics::WorkloadLabels& destination) const {
  metrics::ServiceLabels service = cluster == nullptr ? metrics::ServiceLabels{} : cluster->service;
  // Without a service behind the cluster the Host header names it, but only on a sidecar's outbound
  // side: at a gateway anybody could make up label values.
  const std::string_view fallback =
      direction == Direction::kOutbound && !authority.empty() ? authority : kUnknown;
  if (service.host.empty()) service.host = fallback;
  if (service.name.empty()) service.name = fallback;
  if (service.ns.empty()) service.ns = destination.ns;
  return service;
}

metrics::ServiceLabels EdgeResolver::ServiceAtDestination(
    const cluster::ClusterConfig* cluster) const {
  metrics::ServiceLabels service = cluster == nullptr ? metrics::ServiceLabels{} : cluster->service;
  if (service.host.empty()) service.host = own_.canonical_name;
  if (service.name.empty()) service.name = own_.canonical_name;
  if (service.ns.empty()) service.ns = own_.ns;
  return service;
}

metrics::Edge& EdgeResolver::ToEndpoint(Direction direction, cluster::Endpoint& endpoint,
                                        const cluster::ClusterConfig& cluster,
                                        std::string_view authority, RequestProtocol protocol) {
  const bool cacheable = !cluster.service.host.empty();
  if (endpoint.edge_generation != generation_) {
    endpoint.edge_generation = generation_;
    std::fill(std::begin(endpoint.edge), std::end(endpoint.edge), nullptr);
  }
  metrics::Edge*& cached = endpoint.edge[static_cast<std::size_t>(protocol)];
  if (cacheable && cached != nullptr) return *cached;
  EdgeLabels labels;
  labels.reporter = Reporter::kSource;
  labels.source = own_;
  labels.destination = OrUnknown(index_->Find(endpoint.config.address));
  labels.service = ServiceAtSource(direction, &cluster, authority, labels.destination);
  labels.protocol = protocol;
  labels.security = metrics::Security::kNone;
  metrics::Edge* edge = shard_.FindOrAddEdge(labels);
  if (cacheable) cached = edge;
  return *edge;
}

metrics::Edge& EdgeResolver::ToNobody(Direction direction, const cluster::ClusterConfig* cluster,
                                      std::string_view authority, RequestProtocol protocol) {
  EdgeLabels labels;
  labels.reporter = Reporter::kSource;
  labels.source = own_;
  labels.destination = metrics::UnknownPeer();
  labels.service = ServiceAtSource(direction, cluster, authority, labels.destination);
  labels.protocol = protocol;
  labels.security = metrics::Security::kUnknown;
  return *shard_.FindOrAddEdge(labels);
}

metrics::Edge& EdgeResolver::FromPeer(const SocketAddress& peer,
                                      const cluster::ClusterConfig* cluster,
                                      RequestProtocol protocol) {
  char bytes[16];
  std::string key(peer.key_bytes(bytes));
  key.push_back(static_cast<char>(protocol));
  if (cluster != nullptr) key.append(cluster->name);
  if (const auto it = inbound_.find(key); it != inbound_.end()) return *it->second;
  EdgeLabels labels;
  labels.reporter = Reporter::kDestination;
  labels.source = OrUnknown(index_->Find(peer));
  labels.destination = own_;
  labels.service = ServiceAtDestination(cluster);
  labels.protocol = protocol;
  labels.security = metrics::Security::kNone;
  if (inbound_.size() >= kMaxCachedPeers) inbound_.clear();
  return *(inbound_[std::move(key)] = shard_.FindOrAddEdge(labels));
}

}  // namespace outrigger::router
