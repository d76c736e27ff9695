#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string_view>

#include "metrics/histogram.h"

namespace outrigger::metrics {

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };
std::string_view ToString(MetricType type);

/// Whole numbers are printed as they are; these say what a recorded number is worth.
enum class Unit : std::uint8_t {
  kNone,  // a count
  kMilliseconds,
  kBytes,
  kSeconds,
  kNanosecondsAsSeconds,  // recorded in nanoseconds, printed in seconds
};

/// What the numbers of a family are read from when it is exposed (rows.h).
enum class Source : std::uint8_t {
  kHttp,      // HttpSeries of the edges
  kTcp,       // TcpSeries of the edges
  kMessages,  // gRPC message counters of the edges
  kEdge,      // the edges, all codes of a class together
  kGeneric,   // Shard::AddCounter and AddGauge
  kProcess,   // the process, read at that moment
};

/// One metric family: everything that is exposed under one name.
struct Family {
  std::string_view name;
  MetricType type;
  Unit unit;
  Source source;
  std::span<const std::string_view> labels;  ///< in the order they are printed
  std::string_view help;                     ///< one sentence, for docs and embedders
  const Bounds* bounds = nullptr;            ///< histograms only
};

/// Every series a proxy exposes, and nothing else: the scrape takes names from here, and
/// docs/metrics.md is checked against All(). A room that counts something adds a row here and a
/// line there, and gets its counter from Shard::AddCounter(catalog::kThat, {label values}).
namespace catalog {

// Istio's standard metrics.
extern const Family kRequestsTotal;
extern const Family kRequestDuration;
extern const Family kRequestBytes;
extern const Family kResponseBytes;
extern const Family kRequestMessagesTotal;
extern const Family kResponseMessagesTotal;
extern const Family kTcpConnectionsOpened;
extern const Family kTcpSentBytes;
extern const Family kTcpReceivedBytes;
extern const Family kTcpConnectionsClosed;
extern const Family kBuild;

// Our own view of an edge.
extern const Family kEdgeRequests;
extern const Family kEdgeDuration;
extern const Family kMetricsOverflow;

// What the rooms count; made on first use through Shard::AddCounter / AddGauge.
extern const Family kListenerConnectionsOpened;  // {listener}
extern const Family kListenerConnectionsActive;  // {listener}, gauge
extern const Family kListenerDetections;         // {protocol, reason}
extern const Family kRouterRetries;              // {cluster}
extern const Family kRouterLocalReplies;         // {reason}
extern const Family kUpstreamConnectionsOpened;  // {cluster}
extern const Family kUpstreamConnectionsActive;  // {cluster}, gauge
extern const Family kUpstreamConnectFailures;    // {cluster}
extern const Family kSnapshotUpdates;            // {result="accepted|rejected"}

// The process; read when scraped.
extern const Family kProcessCpu;
extern const Family kProcessMemory;
extern const Family kProcessFds;

// Envoy's names, for the dashboards that look for them (metrics reference section 8).
extern const Family kEnvoyUptime;
extern const Family kEnvoyMemoryAllocated;
extern const Family kEnvoyMemoryHeap;
extern const Family kEnvoyUpstreamRequests;     // {cluster_name}
extern const Family kEnvoyUpstreamConnections;  // {cluster_name}, gauge

/// All of the above in the order they are exposed.
std::span<const Family* const> All();

}  // namespace catalog
}  // namespace outrigger::metrics
