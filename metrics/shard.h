#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "metrics/catalog.h"
#include "metrics/cell.h"
#include "metrics/edge.h"
#include "metrics/histogram.h"
#include "metrics/response_flags.h"

/// What one worker counts. The worker is the only writer; the main thread reads while it writes
/// (rows.h). Nothing here locks: numbers are Cells, and everything a reader walks over is a list
/// that only grows at its head, published with release and read with acquire. Nothing is freed
/// before the shard is.
namespace outrigger::metrics {

class Shard;

/// What tells two series of one edge apart. TCP series have flags only.
struct SeriesKey {
  ResponseFlags flags;
  std::uint16_t code = 0;
  GrpcStatus grpc = GrpcStatus::kAbsent;

  friend bool operator==(const SeriesKey&, const SeriesKey&) = default;
};

/// Counters of one (edge, code, gRPC status, flags). requests_total is the count of any of the
/// three histograms, so it is not stored.
struct alignas(64) HttpSeries {
  explicit HttpSeries(SeriesKey k, HttpSeries* n) : key(k), next(n) {}
  const SeriesKey key;
  HttpSeries* const next;
  Histogram duration;        // whole milliseconds
  Histogram request_bytes;   // received from the downstream, headers and framing included
  Histogram response_bytes;  // sent to the downstream
};

/// Counters of the TCP connections of one (edge, flags). A connection keeps the series it was
/// opened with until it closes (metrics reference section 1), reports bytes every few seconds and
/// at the end.
class TcpSeries {
 public:
  TcpSeries(ResponseFlags flags, TcpSeries* n) : key{.flags = flags}, next(n) {}

  /// Bytes towards the downstream since the last report.
  void AddSent(std::uint64_t bytes) { sent_.Add(bytes); }
  /// Bytes from the downstream since the last report.
  void AddReceived(std::uint64_t bytes) { received_.Add(bytes); }
  void Close() { closed_.Add(1); }

  [[nodiscard]] const Cell& opened() const { return opened_; }
  [[nodiscard]] const Cell& closed() const { return closed_; }
  [[nodiscard]] const Cell& sent() const { return sent_; }
  [[nodiscard]] const Cell& received() const { return received_; }

  const SeriesKey key;
  TcpSeries* const next;

 private:
  friend class Edge;
  Cell opened_, closed_, sent_, received_;
};

/// One edge in one shard. Found once per route and peer (or per TCP connection) and cached by the
/// caller: the pointer stays valid as long as the shard.
class Edge {
 public:
  /// Counts one finished HTTP or gRPC stream; call it once, at its very end. A few nanoseconds when
  /// the code and flags are those of the request before.
  ///
  /// @param code         what the downstream got; 0 when no response head was ever sent to it.
  /// @param grpc_status  of a gRPC edge: the upstream's grpc-status, empty if there was none (the
  /// rules
  ///                     of ToGrpcStatus are applied here). Ignored on other edges.
  /// @param duration     first byte of the request seen to end of stream.
  /// @param request_bytes, response_bytes  on the wire of the downstream, headers and framing
  /// included.
  void RecordRequest(int code, ResponseFlags flags, std::string_view grpc_status,
                     std::chrono::nanoseconds duration, std::uint64_t request_bytes,
                     std::uint64_t response_bytes);

  /// Counts one opened TCP connection and returns the series it reports to until Close().
  [[nodiscard]] TcpSeries* OpenTcp(ResponseFlags flags = {});

  /// gRPC messages since the last report.
  void AddMessages(std::uint64_t requests, std::uint64_t responses);

  [[nodiscard]] const EdgeLabels& labels() const { return labels_; }

  // For readers on any thread.
  [[nodiscard]] const HttpSeries* http() const { return http_.load(std::memory_order_acquire); }
  [[nodiscard]] const TcpSeries* tcp() const { return tcp_.load(std::memory_order_acquire); }
  [[nodiscard]] const Histogram& latency() const { return latency_; }
  [[nodiscard]] std::uint64_t request_messages() const { return request_messages_.Get(); }
  [[nodiscard]] std::uint64_t response_messages() const { return response_messages_.Get(); }
  [[nodiscard]] const Edge* next() const { return next_; }

  Edge(Shard* shard, EdgeLabels labels, Edge* next, bool is_overflow);
  ~Edge();
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

 private:
  friend class Shard;
  struct Slot {
    SeriesKey key;
    HttpSeries* series;
  };

  void Record(HttpSeries& series, std::chrono::nanoseconds duration, std::uint64_t request_bytes,
              std::uint64_t response_bytes);
  HttpSeries* FindOrAddHttp(const SeriesKey& key);  // null: no budget left
  TcpSeries* FindOrAddTcp(ResponseFlags flags);     // null: no budget left
  Edge& Overflow();

  Shard* const shard_;
  const EdgeLabels labels_;
  Edge* const next_;
  const bool is_overflow_;
  HttpSeries* last_ = nullptr;  // the writer's guess for the next request
  std::vector<Slot> slots_;     // the writer's index of http_
  Edge* overflow_ = nullptr;    // where requests go that found no budget
  std::atomic<HttpSeries*> http_{nullptr};
  std::atomic<TcpSeries*> tcp_{nullptr};
  Histogram latency_;  // nanoseconds, all codes
  Cell request_messages_, response_messages_;
};

/// A counter or gauge made by name.
struct GenericSeries {
  const Family* family;
  std::vector<std::string> label_values;  ///< one for each of family->labels
  GenericSeries* next;
  Counter counter;
  Gauge gauge;
};

/// Everything one worker counts.
///
/// Budget: an attacker (or an unlucky application) can make up hosts, codes and callers without
/// end. A shard creates at most `max_keys` series (edge, code, flags) and as many edges; what comes
/// later is counted on an overflow edge (the peer reads `overflow`, response codes are
/// rounded to 100, 200 ... 500 or 0, flags `-`), so that sums over reporter, protocol and code
/// class stay exact. outrigger_metrics_overflow_total counts how often that happened.
class Shard {
 public:
  explicit Shard(std::size_t max_keys);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// The edge with these labels, made if it is new. About a microsecond: keep the pointer.
  /// Never null; when the budget is used up, the overflow edge.
  Edge* FindOrAddEdge(const EdgeLabels& labels);

  /// The counter `family`{label_values} of this shard, made if it is new. Keep the pointer: it
  /// stays valid as long as the shard. Label values must come from configuration, never from
  /// traffic.
  Counter* AddCounter(const Family& family, std::vector<std::string> label_values = {});
  Gauge* AddGauge(const Family& family, std::vector<std::string> label_values = {});

  // For readers on any thread.
  [[nodiscard]] const Edge* edges() const { return edges_.load(std::memory_order_acquire); }
  [[nodiscard]] const GenericSeries* generic() const {
    return generic_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::uint64_t overflowed() const { return overflowed_.Get(); }
  [[nodiscard]] std::size_t max_keys() const { return max_keys_; }

 private:
  friend class Edge;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const EdgeLabels& labels) const;
    std::size_t operator()(const std::unique_ptr<Edge>& edge) const {
      return (*this)(edge->labels());
    }
  };
  struct Equal {
    using is_transparent = void;
    static const EdgeLabels& Of(const EdgeLabels& labels) { return labels; }
    static const EdgeLabels& Of(const std::unique_ptr<Edge>& edge) { return edge->labels(); }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return Of(a) == Of(b);
    }
  };

  Edge* AddEdge(const EdgeLabels& labels, bool is_overflow);
  Edge* OverflowEdge(const EdgeLabels& of);
  [[nodiscard]] bool TakeKey();
  GenericSeries* AddGeneric(const Family& family, std::vector<std::string> label_values);

  const std::size_t max_keys_;
  std::size_t keys_ = 0;
  std::size_t plain_edges_ = 0;
  absl::flat_hash_set<std::unique_ptr<Edge>, Hash, Equal> index_;  // writer only
  std::atomic<Edge*> edges_{nullptr};
  std::atomic<GenericSeries*> generic_{nullptr};
  Cell overflowed_;
};

}  // namespace outrigger::metrics
