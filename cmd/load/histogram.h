#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace outrigger::load {

using Nanoseconds = std::chrono::nanoseconds;

/// Latencies, every one of them counted: 128 steps per power of two, so a value read back is at
/// most 0.8 % above the one recorded, from 1 ns to 18 minutes (longer ones count as that). Fixed
/// size (35 KiB); recording is a few instructions. One thread.
class Histogram {
 public:
  void Record(Nanoseconds value);
  void Merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] Nanoseconds max() const { return Nanoseconds(max_); }  ///< exact; 0 when empty
  [[nodiscard]] Nanoseconds Mean() const;                              ///< exact; 0 when empty

  /// The value that `quantile` (0 to 1) of all recorded ones do not exceed; 0 when empty. 1 gives
  /// max().
  [[nodiscard]] Nanoseconds ValueAt(double quantile) const;

 private:
  static constexpr int kStepBits = 7;  // 128 steps
  static constexpr std::uint64_t kSteps = 1ull << kStepBits;
  static constexpr int kMaxBits = 40;  // 2^40 ns
  static constexpr std::size_t kBuckets = kSteps * (kMaxBits - kStepBits + 1);

  static std::size_t BucketOf(std::uint64_t value);
  static std::uint64_t UpperEdge(std::size_t bucket);  // largest value of the bucket

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace outrigger::load
