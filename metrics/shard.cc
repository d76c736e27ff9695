#include "metrics/shard.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/hash/hash.h"

namespace outrigger::metrics {
namespace {

constexpr int kHighestCode = 999;

std::uint16_t ToCode(int code) {
  return code < 0 || code > kHighestCode ? std::uint16_t{0} : static_cast<std::uint16_t>(code);
}

// The key on an overflow edge: few enough to need no budget (six codes, each with the gRPC
// statuses).
SeriesKey Rounded(const SeriesKey& key) {
  return {.flags = {}, .code = static_cast<std::uint16_t>(key.code / 100 * 100), .grpc = key.grpc};
}

template <class Series>
void DeleteList(Series* head) {
  while (head != nullptr) delete std::exchange(head, head->next);
}

}  // namespace

Edge::Edge(Shard* shard, EdgeLabels labels, Edge* next, bool is_overflow)
    : shard_(shard), labels_(std::move(labels)), next_(next), is_overflow_(is_overflow) {}

Edge::~Edge() {
  DeleteList(http_.load(std::memory_order_relaxed));
  DeleteList(tcp_.load(std::memory_order_relaxed));
}

void Edge::RecordRequest(int code, ResponseFlags flags, std::string_view grpc_status,
                         std::chrono::nanoseconds duration, std::uint64_t request_bytes,
                         std::uint64_t response_bytes) {
  SeriesKey key{.flags = flags, .code = ToCode(code)};
  if (labels_.protocol == RequestProtocol::kGrpc) key.grpc = ToGrpcStatus(code, grpc_status);
  if (last_ != nullptr && last_->key == key) [[likely]] {
    Record(*last_, duration, request_bytes, response_bytes);
    return;
  }
  HttpSeries* series = is_overflow_ ? nullptr : FindOrAddHttp(key);
  if (series != nullptr) {
    last_ = series;
    Record(*series, duration, request_bytes, response_bytes);
    return;
  }
  shard_->overflowed_.Add(1);
  Edge& overflow = Overflow();
  overflow.Record(*overflow.FindOrAddHttp(Rounded(key)), duration, request_bytes, response_bytes);
}

void Edge::Record(HttpSeries& series, std::chrono::nanoseconds duration,
                  std::uint64_t request_bytes, std::uint64_t response_bytes) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  series.duration.Record(kIstioBounds, nanoseconds / 1'000'000);
  series.request_bytes.Record(kIstioBounds, request_bytes);
  series.response_bytes.Record(kIstioBounds, response_bytes);
  latency_.Record(kLatencyBounds, nanoseconds);
}

HttpSeries* Edge::FindOrAddHttp(const SeriesKey& key) {
  for (const Slot& slot : slots_) {
    if (slot.key == key) return slot.series;
  }
  if (!is_overflow_ && !shard_->TakeKey()) return nullptr;
  auto* series = new HttpSeries(key, http_.load(std::memory_order_relaxed));
  slots_.push_back({key, series});
  http_.store(series, std::memory_order_release);
  return series;
}

TcpSeries* Edge::OpenTcp(ResponseFlags flags) {
  TcpSeries* series = is_overflow_ ? nullptr : FindOrAddTcp(flags);
  if (series == nullptr) {
    shard_->overflowed_.Add(1);
    series = Overflow().FindOrAddTcp({});
  }
  series->opened_.Add(1);
  return series;
}

TcpSeries* Edge::FindOrAddTcp(ResponseFlags flags) {
  TcpSeries* const head = tcp_.load(std::memory_order_relaxed);
  for (TcpSeries* series = head; series != nullptr; series = series->next) {
    if (series->key.flags == flags) return series;
  }
  if (!is_overflow_ && !shard_->TakeKey()) return nullptr;
  auto* series = new TcpSeries(flags, head);
  tcp_.store(series, std::memory_order_release);
  return series;
}

void Edge::AddMessages(std::uint64_t requests, std::uint64_t responses) {
  request_messages_.Add(requests);
  response_messages_.Add(responses);
}

Edge& Edge::Overflow() {
  if (is_overflow_) return *this;
  if (overflow_ == nullptr) overflow_ = shard_->OverflowEdge(labels_);
  return *overflow_;
}

std::size_t Shard::Hash::operator()(const EdgeLabels& labels) const {
  return absl::Hash<EdgeLabels>{}(labels);
}

Shard::Shard(std::size_t max_keys) : max_keys_(max_keys) {}

Shard::~Shard() { DeleteList(generic_.load(std::memory_order_relaxed)); }

Edge* Shard::FindOrAddEdge(const EdgeLabels& labels) {
  if (const auto found = index_.find(labels); found != index_.end()) return found->get();
  if (plain_edges_ == max_keys_) return OverflowEdge(labels);
  ++plain_edges_;
  return AddEdge(labels, false);
}

Edge* Shard::OverflowEdge(const EdgeLabels& of) {
  const EdgeLabels labels = OverflowOf(of);
  if (const auto found = index_.find(labels); found != index_.end()) return found->get();
  return AddEdge(labels, true);
}

Edge* Shard::AddEdge(const EdgeLabels& labels, bool is_overflow) {
  auto edge =
      std::make_unique<Edge>(this, labels, edges_.load(std::memory_order_relaxed), is_overflow);
  Edge* const raw = edge.get();
  index_.insert(std::move(edge));
  edges_.store(raw, std::memory_order_release);
  return raw;
}

bool Shard::TakeKey() {
  if (keys_ == max_keys_) return false;
  ++keys_;
  return true;
}

Counter* Shard::AddCounter(const Family& family, std::vector<std::string> label_values) {
  assert(family.type == MetricType::kCounter);
  return &AddGeneric(family, std::move(label_values))->counter;
}

Gauge* Shard::AddGauge(const Family& family, std::vector<std::string> label_values) {
  assert(family.type == MetricType::kGauge);
  return &AddGeneric(family, std::move(label_values))->gauge;
}

GenericSeries* Shard::AddGeneric(const Family& family, std::vector<std::string> label_values) {
  assert(label_values.size() == family.labels.size());
  GenericSeries* const head = generic_.load(std::memory_order_relaxed);
  for (GenericSeries* series = head; series != nullptr; series = series->next) {
    if (series->family == &family && series->label_values == label_values) return series;
  }
  auto* series = new GenericSeries{.family = &family,
                                   .label_values = std::move(label_values),
                                   .next = head,
                                   .counter = {},
                                   .gauge = {}};
  generic_.store(series, std::memory_order_release);
  return series;
}

}  // namespace outrigger::metrics
