#include "metrics/edge_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace outrigger::metrics {
namespace {

// Where the labels stand that tell the series of one edge apart (catalog.cc).
constexpr std::size_t kHttpCode = 21, kHttpGrpc = 22, kHttpFlags = 23;
constexpr std::size_t kTcpFlags = 21;
constexpr std::size_t kEdgeCodeClass = 9;

constexpr std::array<std::string_view, 6> kClasses = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

void AppendIstioEdge(const EdgeLabels& e, LabelValues* out) {
  for (const std::string_view value : std::initializer_list<std::string_view>{
           ToString(e.reporter),
           e.source.workload,
           e.source.canonical_name,
           e.source.canonical_revision,
           e.source.ns,
           e.source.principal,
           e.source.app,
           e.source.version,
           e.source.cluster,
           e.destination.workload,
           e.destination.ns,
           e.destination.principal,
           e.destination.app,
           e.destination.version,
           e.service.host,
           e.destination.canonical_name,
           e.destination.canonical_revision,
           e.service.name,
           e.service.ns,
           e.destination.cluster,
       }) {
    out->push_back(value);
  }
}

// Istio's contract: the source never says, the destination says mutual_tls or none.
std::string_view IstioSecurity(const EdgeLabels& e) {
  if (e.reporter == Reporter::kSource) return "unknown";
  return e.security == Security::kMutualTls ? "mutual_tls" : "none";
}

void AppendOwnEdge(const EdgeLabels& e, LabelValues* out) {
  for (const std::string_view value : std::initializer_list<std::string_view>{
           ToString(e.reporter),
           e.source.ns,
           e.source.workload,
           e.destination.ns,
           e.destination.workload,
           e.service.host,
           e.service.ns,
           ToString(e.protocol),
           ToString(e.security),
       }) {
    out->push_back(value);
  }
}

// The label values of `edge` in `family`; those that depend on the series are left empty. Edges for
// which this gives the same values belong in the same rows.
void FillValues(const Family& family, const EdgeLabels& edge, LabelValues* out) {
  out->clear();
  switch (family.source) {
    case Source::kHttp:
      AppendIstioEdge(edge, out);
      out->push_back(ToString(edge.protocol));
      out->insert(out->end(), 3, {});  // code, gRPC status, flags
      out->push_back(IstioSecurity(edge));
      return;
    case Source::kTcp:
      AppendIstioEdge(edge, out);
      out->push_back(ToString(edge.protocol));
      out->push_back({});  // flags
      out->push_back(IstioSecurity(edge));
      return;
    case Source::kMessages:
      AppendIstioEdge(edge, out);
      return;
    default:
      AppendOwnEdge(edge, out);
      if (family.labels.size() > out->size()) out->push_back({});  // code class
  }
}

std::strong_ordering Compare(const Family& family, const Edge& a, const Edge& b) {
  LabelValues left, right;
  FillValues(family, a.labels(), &left);
  FillValues(family, b.labels(), &right);
  return std::lexicographical_compare_three_way(left.begin(), left.end(), right.begin(),
                                                right.end());
}

auto Order(const SeriesKey& key) { return std::tuple(key.code, key.grpc, key.flags.packed()); }

const Histogram& HistogramOf(const Family& family, const HttpSeries& series) {
  if (&family == &catalog::kRequestBytes) return series.request_bytes;
  if (&family == &catalog::kResponseBytes) return series.response_bytes;
  return series.duration;
}

const Cell& CellOf(const Family& family, const TcpSeries& series) {
  if (&family == &catalog::kTcpConnectionsOpened) return series.opened();
  if (&family == &catalog::kTcpConnectionsClosed) return series.closed();
  if (&family == &catalog::kTcpSentBytes) return series.sent();
  return series.received();
}

// Sorts `series` by key and appends one entry for each run of equal keys.
template <class Series, class Pending>
void AddRuns(std::vector<const Series*>* series, std::vector<Pending>* out) {
  std::sort(series->begin(), series->end(),
            [](const Series* a, const Series* b) { return Order(a->key) < Order(b->key); });
  for (std::size_t i = 0; i < series->size(); ++i) {
    const SeriesKey& key = (*series)[i]->key;
    if (i == 0 || key != (*series)[i - 1]->key) out->push_back({.key = key, .begin = i, .end = i});
    ++out->back().end;
  }
}

}  // namespace

EdgeRows::EdgeRows(const Registry& registry) {
  for (const auto& shard : registry.shards()) {
    for (const Edge* edge = shard->edges(); edge != nullptr; edge = edge->next())
      edges_.push_back(edge);
  }
}

void EdgeRows::Start(const Family& family) {
  const bool sorted = family_ != nullptr && family_->labels.data() == family.labels.data();
  family_ = &family;
  begin_ = end_ = 0;
  pending_.clear();
  next_pending_ = 0;
  if (sorted) return;
  std::sort(edges_.begin(), edges_.end(),
            [&](const Edge* a, const Edge* b) { return Compare(family, *a, *b) < 0; });
}

bool EdgeRows::Next(Row* row) {
  while (next_pending_ == pending_.size()) {
    if (!NextGroup()) return false;
  }
  const Pending& pending = pending_[next_pending_++];
  row->family = family_;
  FillValues(*family_, edges_[begin_]->labels(), &row->values);
  row->number = pending.number;
  switch (family_->source) {
    case Source::kHttp:
      FillHttp(pending, row);
      break;
    case Source::kTcp:
      FillTcp(pending, row);
      break;
    case Source::kMessages:
      break;
    default:
      if (family_->type == MetricType::kHistogram) {
        FillDuration(row);
      } else {
        row->values[kEdgeCodeClass] = kClasses[pending.code_class];
      }
  }
  return true;
}

// Moves to the next edges that print alike, and works out which rows they give (possibly none).
bool EdgeRows::NextGroup() {
  if (end_ == edges_.size()) return false;
  begin_ = end_++;
  while (end_ < edges_.size() && Compare(*family_, *edges_[begin_], *edges_[end_]) == 0) ++end_;
  pending_.clear();
  next_pending_ = 0;
  switch (family_->source) {
    case Source::kHttp:
      AddHttp();
      break;
    case Source::kTcp:
      AddTcp();
      break;
    case Source::kMessages:
      AddMessages();
      break;
    default:
      family_->type == MetricType::kHistogram ? AddDuration() : AddClasses();
  }
  return true;
}

void EdgeRows::AddHttp() {
  http_.clear();
  for (std::size_t i = begin_; i < end_; ++i) {
    for (const HttpSeries* s = edges_[i]->http(); s != nullptr; s = s->next) http_.push_back(s);
  }
  AddRuns(&http_, &pending_);
}

void EdgeRows::AddTcp() {
  tcp_.clear();
  for (std::size_t i = begin_; i < end_; ++i) {
    for (const TcpSeries* s = edges_[i]->tcp(); s != nullptr; s = s->next) tcp_.push_back(s);
  }
  AddRuns(&tcp_, &pending_);
}

void EdgeRows::AddMessages() {
  std::uint64_t requests = 0, responses = 0;
  for (std::size_t i = begin_; i < end_; ++i) {
    requests += edges_[i]->request_messages();
    responses += edges_[i]->response_messages();
  }
  if (requests + responses == 0) return;
  pending_.push_back({.number = family_ == &catalog::kRequestMessagesTotal ? requests : responses});
}

void EdgeRows::AddClasses() {
  std::array<std::uint64_t, kClasses.size()> counts{};
  for (std::size_t i = begin_; i < end_; ++i) {
    for (const HttpSeries* s = edges_[i]->http(); s != nullptr; s = s->next) {
      const std::size_t code_class = s->key.code / 100u;
      counts[code_class < counts.size() ? code_class : 0] += s->duration.Count();
    }
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) pending_.push_back({.code_class = i, .number = counts[i]});
  }
}

void EdgeRows::AddDuration() {
  for (std::size_t i = begin_; i < end_; ++i) {
    if (edges_[i]->latency().Count() != 0) {
      pending_.emplace_back();
      return;
    }
  }
}

void EdgeRows::FillHttp(const Pending& pending, Row* row) const {
  row->code_text = std::to_string(pending.key.code);
  row->flags_text = pending.key.flags.ToString();
  row->values[kHttpCode] = row->code_text;
  row->values[kHttpGrpc] = ToString(pending.key.grpc);
  row->values[kHttpFlags] = row->flags_text;
  row->histogram = {};
  for (std::size_t i = pending.begin; i < pending.end; ++i) {
    HistogramOf(*family_, *http_[i]).AddTo(&row->histogram);
  }
  row->number = row->histogram.count;
}

void EdgeRows::FillTcp(const Pending& pending, Row* row) const {
  row->flags_text = pending.key.flags.ToString();
  row->values[kTcpFlags] = row->flags_text;
  row->number = 0;
  for (std::size_t i = pending.begin; i < pending.end; ++i) {
    row->number += CellOf(*family_, *tcp_[i]).Get();
  }
}

void EdgeRows::FillDuration(Row* row) const {
  row->histogram = {};
  for (std::size_t i = begin_; i < end_; ++i) edges_[i]->latency().AddTo(&row->histogram);
}

}  // namespace outrigger::metrics
