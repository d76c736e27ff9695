#include "metrics/catalog.h"

#include <array>

namespace outrigger::metrics {

std::string_view ToString(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return {};
}

namespace catalog {
namespace {

using Labels = std::span<const std::string_view>;

// The first twenty are common to all of Istio's families (metrics reference section 2).
#define OUTRIGGER_ISTIO_EDGE_LABELS                                                             \
  "reporter", "source_workload", "source_canonical_service", "source_canonical_revision",       \
      "source_workload_namespace", "source_principal", "source_app", "source_version",          \
      "source_cluster", "destination_workload", "destination_workload_namespace",               \
      "destination_principal", "destination_app", "destination_version", "destination_service", \
      "destination_canonical_service", "destination_canonical_revision",                        \
      "destination_service_name", "destination_service_namespace", "destination_cluster"

constexpr std::string_view kHttpLabels[] = {
    OUTRIGGER_ISTIO_EDGE_LABELS, "request_protocol", "response_code",
    "grpc_response_status",      "response_flags",   "connection_security_policy"};
constexpr std::string_view kTcpLabels[] = {OUTRIGGER_ISTIO_EDGE_LABELS, "request_protocol",
                                           "response_flags", "connection_security_policy"};
constexpr std::string_view kMessageLabels[] = {OUTRIGGER_ISTIO_EDGE_LABELS};
#undef OUTRIGGER_ISTIO_EDGE_LABELS
static_assert(std::size(kHttpLabels) == 25 && std::size(kTcpLabels) == 23 &&
              std::size(kMessageLabels) == 20);

#define OUTRIGGER_OWN_EDGE_LABELS                                                                 \
  "reporter", "source_namespace", "source_workload", "destination_namespace",                     \
      "destination_workload", "destination_service", "destination_service_namespace", "protocol", \
      "security"

constexpr std::string_view kEdgeLabels[] = {OUTRIGGER_OWN_EDGE_LABELS, "code_class"};
constexpr std::string_view kEdgeDurationLabels[] = {OUTRIGGER_OWN_EDGE_LABELS};
#undef OUTRIGGER_OWN_EDGE_LABELS

constexpr std::string_view kBuildLabels[] = {"component", "tag"};
constexpr std::string_view kListener[] = {"listener"};
constexpr std::string_view kDetection[] = {"protocol", "reason"};
constexpr std::string_view kCluster[] = {"cluster"};
constexpr std::string_view kReason[] = {"reason"};
constexpr std::string_view kResult[] = {"result"};
constexpr std::string_view kClusterName[] = {"cluster_name"};
constexpr Labels kNoLabels;

constexpr auto kCounter = MetricType::kCounter;
constexpr auto kGauge = MetricType::kGauge;
constexpr auto kHistogram = MetricType::kHistogram;

}  // namespace

// clang-format off
constinit const Family kRequestsTotal{"istio_requests_total", kCounter, Unit::kNone, Source::kHttp, kHttpLabels,
    "Finished HTTP and gRPC streams."};
constinit const Family kRequestDuration{"istio_request_duration_milliseconds", kHistogram, Unit::kMilliseconds, Source::kHttp, kHttpLabels,
    "From the first byte of the request to the end of the stream.", &kIstioBounds};
constinit const Family kRequestBytes{"istio_request_bytes", kHistogram, Unit::kBytes, Source::kHttp, kHttpLabels,
    "Bytes received from the downstream per stream, headers and framing included.", &kIstioBounds};
constinit const Family kResponseBytes{"istio_response_bytes", kHistogram, Unit::kBytes, Source::kHttp, kHttpLabels,
    "Bytes sent to the downstream per stream, headers and framing included.", &kIstioBounds};
constinit const Family kRequestMessagesTotal{"istio_request_messages_total", kCounter, Unit::kNone, Source::kMessages, kMessageLabels,
    "gRPC messages from the client."};
constinit const Family kResponseMessagesTotal{"istio_response_messages_total", kCounter, Unit::kNone, Source::kMessages, kMessageLabels,
    "gRPC messages to the client."};
constinit const Family kTcpConnectionsOpened{"istio_tcp_connections_opened_total", kCounter, Unit::kNone, Source::kTcp, kTcpLabels,
    "Opaque TCP connections opened."};
constinit const Family kTcpSentBytes{"istio_tcp_sent_bytes_total", kCounter, Unit::kBytes, Source::kTcp, kTcpLabels,
    "Bytes sent towards the downstream of opaque TCP connections."};
constinit const Family kTcpReceivedBytes{"istio_tcp_received_bytes_total", kCounter, Unit::kBytes, Source::kTcp, kTcpLabels,
    "Bytes received from the downstream of opaque TCP connections."};
constinit const Family kTcpConnectionsClosed{"istio_tcp_connections_closed_total", kCounter, Unit::kNone, Source::kTcp, kTcpLabels,
    "Opaque TCP connections closed."};
constinit const Family kBuild{"istio_build", kGauge, Unit::kNone, Source::kProcess, kBuildLabels,
    "Constant 1; the version is in the labels."};

constinit const Family kEdgeRequests{"outrigger_edge_requests_total", kCounter, Unit::kNone, Source::kEdge, kEdgeLabels,
    "Finished HTTP and gRPC streams per edge and class of response code (none: no response was sent)."};
constinit const Family kEdgeDuration{"outrigger_edge_request_duration_seconds", kHistogram, Unit::kNanosecondsAsSeconds, Source::kEdge, kEdgeDurationLabels,
    "Latency per edge, from the first byte of the request to the end of the stream.", &kLatencyBounds};
constinit const Family kMetricsOverflow{"outrigger_metrics_overflow_total", kCounter, Unit::kNone, Source::kProcess, kNoLabels,
    "Requests and connections counted on an overflow edge because the budget of series was used up."};

constinit const Family kListenerConnectionsOpened{"outrigger_listener_connections_opened_total", kCounter, Unit::kNone, Source::kGeneric, kListener,
    "Downstream connections accepted."};
constinit const Family kListenerConnectionsActive{"outrigger_listener_connections_active", kGauge, Unit::kNone, Source::kGeneric, kListener,
    "Downstream connections open now."};
constinit const Family kListenerDetections{"outrigger_listener_detections_total", kCounter, Unit::kNone, Source::kGeneric, kDetection,
    "Connections whose protocol was found by their first bytes, and why it was taken for that."};
constinit const Family kRouterRetries{"outrigger_router_retries_total", kCounter, Unit::kNone, Source::kGeneric, kCluster,
    "Attempts after the first."};
constinit const Family kRouterLocalReplies{"outrigger_router_local_replies_total", kCounter, Unit::kNone, Source::kGeneric, kReason,
    "Answers this proxy made itself."};
constinit const Family kUpstreamConnectionsOpened{"outrigger_upstream_connections_opened_total", kCounter, Unit::kNone, Source::kGeneric, kCluster,
    "Connections made to endpoints."};
constinit const Family kUpstreamConnectionsActive{"outrigger_upstream_connections_active", kGauge, Unit::kNone, Source::kGeneric, kCluster,
    "Connections to endpoints open now, idle ones included."};
constinit const Family kUpstreamConnectFailures{"outrigger_upstream_connect_failures_total", kCounter, Unit::kNone, Source::kGeneric, kCluster,
    "Connections to endpoints that could not be made."};
constinit const Family kSnapshotUpdates{"outrigger_snapshot_updates_total", kCounter, Unit::kNone, Source::kGeneric, kResult,
    "Configurations that arrived, by what became of them."};

constinit const Family kProcessCpu{"outrigger_process_cpu_seconds_total", kCounter, Unit::kNanosecondsAsSeconds, Source::kProcess, kNoLabels,
    "User and system time of this proxy."};
constinit const Family kProcessMemory{"outrigger_process_resident_memory_bytes", kGauge, Unit::kBytes, Source::kProcess, kNoLabels,
    "Resident memory of this proxy."};
constinit const Family kProcessFds{"outrigger_process_open_fds", kGauge, Unit::kNone, Source::kProcess, kNoLabels,
    "Open file descriptors of this proxy."};

constinit const Family kEnvoyUptime{"envoy_server_uptime", kGauge, Unit::kSeconds, Source::kProcess, kNoLabels,
    "Since start; dashboards take its presence as the sign of a sidecar."};
constinit const Family kEnvoyMemoryAllocated{"envoy_server_memory_allocated", kGauge, Unit::kBytes, Source::kProcess, kNoLabels,
    "Memory in use by the allocator's clients."};
constinit const Family kEnvoyMemoryHeap{"envoy_server_memory_heap_size", kGauge, Unit::kBytes, Source::kProcess, kNoLabels,
    "Memory the allocator has from the system."};
constinit const Family kEnvoyUpstreamRequests{"envoy_cluster_upstream_rq_total", kCounter, Unit::kNone, Source::kGeneric, kClusterName,
    "Requests sent to a cluster; xds-grpc is the control plane."};
constinit const Family kEnvoyUpstreamConnections{"envoy_cluster_upstream_cx_active", kGauge, Unit::kNone, Source::kGeneric, kClusterName,
    "Connections to a cluster; 1 for xds-grpc while the control plane is connected."};
// clang-format on

std::span<const Family* const> All() {
  static constexpr std::array kAll = {
      &kRequestsTotal,
      &kRequestDuration,
      &kRequestBytes,
      &kResponseBytes,
      &kRequestMessagesTotal,
      &kResponseMessagesTotal,
      &kTcpConnectionsOpened,
      &kTcpSentBytes,
      &kTcpReceivedBytes,
      &kTcpConnectionsClosed,
      &kBuild,
      &kEdgeRequests,
      &kEdgeDuration,
      &kMetricsOverflow,
      &kListenerConnectionsOpened,
      &kListenerConnectionsActive,
      &kListenerDetections,
      &kRouterRetries,
      &kRouterLocalReplies,
      &kUpstreamConnectionsOpened,
      &kUpstreamConnectionsActive,
      &kUpstreamConnectFailures,
      &kSnapshotUpdates,
      &kProcessCpu,
      &kProcessMemory,
      &kProcessFds,
      &kEnvoyUptime,
      &kEnvoyMemoryAllocated,
      &kEnvoyMemoryHeap,
      &kEnvoyUpstreamRequests,
      &kEnvoyUpstreamConnections,
  };
  return kAll;
}

}  // namespace catalog
}  // namespace outrigger::metrics
