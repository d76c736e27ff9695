#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/address.h"
#include "base/clock.h"
#include "metrics/edge.h"

namespace outrigger::metrics {
class Edge;
}

namespace outrigger::cluster {

enum class LoadBalancer : std::uint8_t { kLeastRequest, kRoundRobin, kRandom };

struct EndpointConfig {
  SocketAddress address;
  std::uint32_t weight = 1;
  friend bool operator==(const EndpointConfig&, const EndpointConfig&) = default;
};

/// Limits per cluster and worker. 0: no limit.
struct PoolLimits {
  std::uint32_t max_connections = 0;
  std::uint32_t max_pending = 1024;  ///< requests waiting for a connection
  std::uint32_t max_requests = 0;
  std::uint32_t max_requests_per_connection = 0;
  std::uint32_t max_retries = 0;
  Duration idle_timeout = std::chrono::hours(1);  ///< of a pooled connection
};

/// One cluster as configured; immutable, part of a snapshot.
struct ClusterConfig {
  std::string name;
  bool original_destination = false;
  std::vector<EndpointConfig> endpoints;
  LoadBalancer load_balancer = LoadBalancer::kLeastRequest;
  Duration connect_timeout = std::chrono::seconds(10);
  metrics::ServiceLabels service;  ///< empty members where the configuration says nothing
  SocketAddress source;            ///< to connect from; empty: the kernel's choice
  PoolLimits limits;
};

/// What a room that knows connections hangs on an endpoint.
class EndpointAttachment {
 public:
  virtual ~EndpointAttachment() = default;
};

/// One endpoint as one worker sees it: its load here, and what belongs to it here.
struct Endpoint {
  explicit Endpoint(const EndpointConfig& c) : config(c), active(0) {}
  EndpointConfig config;
  std::uint32_t active;  ///< requests in flight of this worker
  std::unique_ptr<EndpointAttachment> attachment;

  /// The edge of the last request, per metrics::RequestProtocol, valid while `edge_generation` is
  /// the current one.
  metrics::Edge* edge[3] = {};
  std::uint64_t edge_generation = 0;
};

using EndpointPtr = std::shared_ptr<Endpoint>;

/// The endpoint set of one cluster on one worker, and the choice among them. Knows nothing of
/// connections.
class Cluster {
 public:
  explicit Cluster(std::shared_ptr<const ClusterConfig> config,
                   std::uint64_t seed = std::random_device{}());

  /// Takes a new configuration: endpoints that stay keep their load and attachments, others leave
  /// when their last request does.
  void Update(std::shared_ptr<const ClusterConfig> config);
  [[nodiscard]] const ClusterConfig& config() const { return *config_; }
  [[nodiscard]] std::span<const EndpointPtr> endpoints() const { return endpoints_; }

  /// The endpoint for the next attempt; null when there is none. `tried` (earlier attempts of the
  /// same request) are avoided while others exist. Least request compares active/weight of two
  /// random choices.
  [[nodiscard]] EndpointPtr Pick(std::span<const EndpointPtr> tried);
  /// For original-destination clusters: the endpoint of that address, made when new.
  [[nodiscard]] EndpointPtr ForAddress(const SocketAddress& address);
  /// Whether any original-destination endpoint is remembered.
  [[nodiscard]] bool has_learned() const { return !by_address_.empty(); }
  /// Forgets original-destination endpoints that nobody uses and whose attachment `idle` allows it.
  template <class IsIdle>
  void ForgetUnused(const IsIdle& idle) {
    absl::erase_if(by_address_, [&](const auto& entry) {
      return entry.second.use_count() == 1 && entry.second->active == 0 && idle(*entry.second);
    });
  }

 private:
  [[nodiscard]] const EndpointPtr& Draw();

  std::shared_ptr<const ClusterConfig> config_;
  std::vector<EndpointPtr> endpoints_;
  std::vector<std::uint32_t> cumulative_weights_;  // empty when all weigh the same
  absl::flat_hash_map<std::string, EndpointPtr> by_address_;
  std::size_t next_ = 0;  // round robin
  std::minstd_rand random_;
};

}  // namespace outrigger::cluster
