#include "metrics/histogram.h"

namespace outrigger::metrics {
namespace {

constexpr Bounds::Bound kIstio[] = {
    {0, "0.5"},           {1, "1"},           {5, "5"},
    {10, "10"},           {25, "25"},         {50, "50"},
    {100, "100"},         {250, "250"},       {500, "500"},
    {1000, "1000"},       {2500, "2500"},     {5000, "5000"},
    {10000, "10000"},     {30000, "30000"},   {60000, "60000"},
    {300000, "300000"},   {600000, "600000"}, {1800000, "1800000"},
    {3600000, "3600000"},
};

constexpr Bounds::Bound kLatency[] = {
    {50'000, "0.00005"},    {100'000, "0.0001"},    {250'000, "0.00025"},   {500'000, "0.0005"},
    {1'000'000, "0.001"},   {2'500'000, "0.0025"},  {5'000'000, "0.005"},   {10'000'000, "0.01"},
    {25'000'000, "0.025"},  {50'000'000, "0.05"},   {100'000'000, "0.1"},   {250'000'000, "0.25"},
    {500'000'000, "0.5"},   {1'000'000'000, "1"},   {2'500'000'000, "2.5"}, {5'000'000'000, "5"},
    {10'000'000'000, "10"}, {30'000'000'000, "30"}, {60'000'000'000, "60"},
};

static_assert(std::size(kIstio) < kMaxBuckets && std::size(kLatency) < kMaxBuckets);

}  // namespace

constinit const Bounds kIstioBounds(kIstio);
constinit const Bounds kLatencyBounds(kLatency);

void Histogram::AddTo(HistogramSnapshot* out) const {
  for (std::size_t i = 0; i < kMaxBuckets; ++i) {
    const std::uint64_t n = buckets_[i].Get();
    out->buckets[i] += n;
    out->count += n;
  }
  out->sum += sum_.Get();
}

std::uint64_t Histogram::Count() const {
  std::uint64_t count = 0;
  for (const Cell& bucket : buckets_) count += bucket.Get();
  return count;
}

}  // namespace outrigger::metrics
