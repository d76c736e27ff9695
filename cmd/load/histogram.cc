#include "cmd/load/histogram.h"

#include <algorithm>
#include <cmath>

namespace outrigger::load {

// Values below 128 have a bucket each. Above, the leading bit chooses a block of 128 buckets and
// the seven bits after it the bucket within.
std::size_t Histogram::BucketOf(std::uint64_t value) {
  value = std::min<std::uint64_t>(value, (1ull << kMaxBits) - 1);
  if (value < kSteps) return static_cast<std::size_t>(value);
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - kStepBits;
  const std::uint64_t within = (value >> shift) - kSteps;
  return static_cast<std::size_t>(kSteps * static_cast<std::uint64_t>(shift + 1) + within);
}

std::uint64_t Histogram::UpperEdge(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const std::uint64_t shift = bucket / kSteps - 1;
  return ((kSteps + bucket % kSteps + 1) << shift) - 1;
}

void Histogram::Record(Nanoseconds value) {
  const std::int64_t ns = std::max<std::int64_t>(value.count(), 0);
  ++counts_[BucketOf(static_cast<std::uint64_t>(ns))];
  ++count_;
  sum_ += static_cast<std::uint64_t>(ns);
  max_ = std::max(max_, ns);
}

void Histogram::Merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

Nanoseconds Histogram::Mean() const {
  return Nanoseconds(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_));
}

Nanoseconds Histogram::ValueAt(double quantile) const {
  if (count_ == 0) return Nanoseconds(0);
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) {
      return Nanoseconds(std::min(max_, static_cast<std::int64_t>(UpperEdge(bucket))));
    }
  }
  return max();
}

}  // namespace outrigger::load
