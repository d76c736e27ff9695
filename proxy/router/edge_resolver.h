#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "metrics/shard.h"
#include "proxy/cluster/cluster.h"
#include "proxy/router/address_index.h"

namespace outrigger::router {

/// Which way a listener's traffic goes; decides who reports what (metrics reference section 2).
enum class Direction : std::uint8_t {
  kEdge,      // gateway or plain reverse proxy: reports as source
  kInbound,   // to the app of this pod: reports as destination
  kOutbound,  // from the app of this pod: reports as source
};

/// Finds the edge a request is counted on. Known routes and peers cost a pointer or one hash
/// look-up; new ones about a microsecond. One per worker.
class EdgeResolver {
 public:
  explicit EdgeResolver(metrics::Shard& shard) : shard_(shard) {}

  /// Takes who we are and who lives where. What was cached is looked up again.
  void Update(metrics::WorkloadLabels own, std::shared_ptr<const AddressIndex> index);

  /// As source, to a chosen endpoint of `cluster`.
  metrics::Edge& ToEndpoint(Direction direction, cluster::Endpoint& endpoint,
                            const cluster::ClusterConfig& cluster, std::string_view authority,
                            metrics::RequestProtocol protocol);
  /// As source, when no endpoint was chosen; `cluster` is null when there was no route either.
  metrics::Edge& ToNobody(Direction direction, const cluster::ClusterConfig* cluster,
                          std::string_view authority, metrics::RequestProtocol protocol);
  /// As destination, from `peer`; `cluster` may be null.
  metrics::Edge& FromPeer(const SocketAddress& peer, const cluster::ClusterConfig* cluster,
                          metrics::RequestProtocol protocol);

  [[nodiscard]] metrics::Shard& shard() const { return shard_; }

 private:
  [[nodiscard]] metrics::ServiceLabels ServiceAtSource(
      Direction direction, const cluster::ClusterConfig* cluster, std::string_view authority,
      const metrics::WorkloadLabels& destination) const;
  [[nodiscard]] metrics::ServiceLabels ServiceAtDestination(
      const cluster::ClusterConfig* cluster) const;

  metrics::Shard& shard_;
  metrics::WorkloadLabels own_;
  std::shared_ptr<const AddressIndex> index_;
  std::uint64_t generation_ = 1;
  absl::flat_hash_map<std::string, metrics::Edge*>
      inbound_;  // peer address, protocol, cluster name
};

}  // namespace outrigger::router
