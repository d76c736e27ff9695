#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cmd/outrigger/top_prometheus.h"

namespace outrigger::cli {

/// Whose report to show.
enum class ReporterChoice : std::uint8_t {
  kSource,
  kDestination,
  kBoth,  // one row per edge: the source's numbers where there are any, else the destination's
};

/// What protects an edge, as far as both sides say.
enum class Lock : std::uint8_t { kUnknown, kPlaintext, kMixed, kMutualTls };

/// Classes of response codes in the order of MeshEdge::classes.
inline constexpr std::array<const char*, 6> kCodeClasses = {"none", "1xx", "2xx",
                                                            "3xx",  "4xx", "5xx"};

struct MeshWorkload {
  std::string ns;
  std::string name;
  std::string version;  ///< empty when it has none
};

/// One row of `outrigger top`. Rates are per second over the window that was asked for.
struct MeshEdge {
  MeshWorkload source;
  MeshWorkload destination;
  std::string service;   ///< as called, e.g. reviews.bookinfo.svc.cluster.local; empty if unknown
  std::string protocol;  ///< http, grpc, tcp
  Lock lock = Lock::kUnknown;
  bool seen_by_source = false;
  bool seen_by_destination = false;

  // http and grpc
  double requests = 0;
  std::array<double, kCodeClasses.size()> classes{};
  std::optional<double> p50_seconds, p99_seconds;  ///< empty: no request in the window

  // tcp
  double connections = 0;
  double sent_bytes = 0;      ///< towards the source
  double received_bytes = 0;  ///< from the source
};

/// What Prometheus said to each of Questions().
struct TopAnswers {
  std::vector<Sample> requests, p50, p99, tcp_opened, tcp_sent, tcp_received, sources, destinations;
};

struct TopQuestion {
  std::string promql;
  std::vector<Sample> TopAnswers::*answer;
};

/// The queries behind one table.
std::vector<TopQuestion> TopQuestions(std::chrono::seconds window);

/// Joins the answers into edges, in the order of calls: first those of workloads that nobody calls,
/// then those of the ones they call, and so on; by name within a step. An edge is source workload,
/// destination workload (or the service, where the workload is not known) and protocol.
std::vector<MeshEdge> BuildEdges(const TopAnswers& answers, ReporterChoice choice);

}  // namespace outrigger::cli
