#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/cell.h"

namespace outrigger::metrics {

inline constexpr std::size_t kMaxBuckets = 20;  ///< of any histogram, +Inf included

/// Upper bounds of a histogram. Values are whole numbers of the recording unit (milliseconds,
/// bytes, nanoseconds); a bound is the largest whole value that still belongs to its bucket, so the
/// bound printed as `0.5` is 0 here.
///
/// BucketOf() jumps to the first bucket that a value of that bit width can fall into and walks on
/// from there: one or two comparisons for the bounds we use.
class Bounds {
 public:
  struct Bound {
    std::uint64_t largest;
    std::string_view le;  ///< exact text of the label
  };

  constexpr explicit Bounds(std::span<const Bound> bounds) : bounds_(bounds) {
    std::size_t bucket = 0;
    for (std::size_t width = 0; width < first_.size(); ++width) {
      const std::uint64_t smallest = width == 0 ? 0 : std::uint64_t{1} << (width - 1);
      while (bucket < bounds_.size() && smallest > bounds_[bucket].largest) ++bucket;
      first_[width] = static_cast<std::uint8_t>(bucket);
    }
  }

  [[nodiscard]] constexpr std::size_t BucketOf(std::uint64_t value) const {
    std::size_t bucket = first_[static_cast<std::size_t>(std::bit_width(value))];
    while (bucket < bounds_.size() && value > bounds_[bucket].largest) ++bucket;
    return bucket;
  }

  /// Finite bounds only; the bucket after the last one is +Inf.
  [[nodiscard]] constexpr std::span<const Bound> finite() const { return bounds_; }
  [[nodiscard]] constexpr std::size_t bucket_count() const { return bounds_.size() + 1; }

 private:
  std::span<const Bound> bounds_;
  std::array<std::uint8_t, 65> first_{};
};

/// The bounds of Istio's three histograms, milliseconds and bytes alike (metrics reference section
/// 1).
extern const Bounds kIstioBounds;
/// Nanoseconds, printed as seconds; fine enough to tell a sidecar from none.
extern const Bounds kLatencyBounds;

/// Numbers copied out of one or several histograms. `count` is the sum of the copied buckets, so
/// the three parts of an exposed histogram always agree.
struct HistogramSnapshot {
  std::array<std::uint64_t, kMaxBuckets> buckets{};  ///< not cumulative
  std::uint64_t count = 0;
  std::uint64_t sum = 0;  ///< in the recording unit
};

/// Single writer, like Cell.
class Histogram {
 public:
  void Record(const Bounds& bounds, std::uint64_t value) {
    RecordIn(bounds.BucketOf(value), value);
  }
  void RecordIn(std::size_t bucket, std::uint64_t value) {
    buckets_[bucket].Add(1);
    sum_.Add(value);
  }
  /// Adds what is here to `out`.
  void AddTo(HistogramSnapshot* out) const;
  [[nodiscard]] std::uint64_t Count() const;

 private:
  std::array<Cell, kMaxBuckets> buckets_;
  Cell sum_;
};

}  // namespace outrigger::metrics
