#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/address.h"
#include "base/clock.h"
#include "proxy/cluster/cluster.h"
#include "proxy/http/h1_codec.h"
#include "proxy/router/address_index.h"
#include "proxy/router/edge_resolver.h"
#include "proxy/router/route_table.h"
#include "proxy/stream/filter_registry.h"

namespace outrigger::v1 {
class ProxyConfig;
}

namespace outrigger::snapshot {

enum class Protocol : std::uint8_t { kAuto, kHttp, kTcp };

struct HttpChain {
  std::string route_table;
  Duration head_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::hours(1);
  friend bool operator==(const HttpChain&, const HttpChain&) = default;
};

struct TcpChain {
  std::string cluster;
  Duration idle_timeout = std::chrono::hours(1);  ///< 0: none
  friend bool operator==(const TcpChain&, const TcpChain&) = default;
};

/// What happens to a connection once it is known where it was going.
struct Chain {
  std::string name;
  std::string address = {};  ///< original destination; empty: any
  std::uint16_t port = 0;
  Protocol protocol = Protocol::kAuto;
  HttpChain http = {};
  TcpChain tcp = {};
  friend bool operator==(const Chain&, const Chain&) = default;
};

struct ListenerConfig {
  std::string name;
  SocketAddress address;
  router::Direction direction = router::Direction::kEdge;
  bool capture = false;
  std::vector<Chain> chains;        ///< one without address and port when not `capture`
  std::string passthrough_cluster;  ///< of capture listeners; empty: close
  friend bool operator==(const ListenerConfig&, const ListenerConfig&) = default;
};

struct ServiceAddresses {
  std::string admin = "127.0.0.1:15000";
  std::string health = "0.0.0.0:15021";
  std::string stats = "0.0.0.0:15090";
  std::string agent = "0.0.0.0:15020";
};

/// Everything a worker needs to know, compiled from one ProxyConfig: immutable, complete, shared by
/// all workers. It never refers to something it does not contain, except that a route may name a
/// missing cluster (503 NC at request time).
struct Snapshot {
  std::string version;
  metrics::WorkloadLabels own;
  std::shared_ptr<const router::AddressIndex> addresses;
  std::vector<std::shared_ptr<const ListenerConfig>> listeners;
  absl::flat_hash_map<std::string, std::shared_ptr<const router::RouteTable>> routes;
  absl::flat_hash_map<std::string, std::shared_ptr<const cluster::ClusterConfig>> clusters;
  http::H1Limits http_limits;
  std::uint32_t workers = 1;
  std::uint32_t max_connections = 0;  ///< 0: 45 % of the descriptor limit
  std::uint32_t max_metric_keys = 1000;
  Duration drain_timeout = std::chrono::seconds(45);
  ServiceAddresses services;
};

/// Compiles a validated configuration (config::Validate found no error). Cannot fail.
std::shared_ptr<const Snapshot> Build(const v1::ProxyConfig& config,
                                      const stream::FilterRegistry& filters);

}  // namespace outrigger::snapshot
