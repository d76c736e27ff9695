#pragma once

#include <chrono>

namespace outrigger {

using Duration = std::chrono::nanoseconds;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Where time comes from. Timers use monotonic time, certificates and logs wall time.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual MonotonicTime Now() const = 0;
  [[nodiscard]] virtual WallTime WallNow() const = 0;
  /// False for clocks that only move when told to: an EventLoop then never blocks on a timer.
  [[nodiscard]] virtual bool runs_by_itself() const { return true; }
};

/// The kernel's clocks. Thread-safe.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] MonotonicTime Now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime WallNow() const override { return std::chrono::system_clock::now(); }
};

/// A clock for tests: moves only by Advance(). Not thread-safe.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] MonotonicTime Now() const override { return now_; }
  [[nodiscard]] WallTime WallNow() const override { return wall_; }
  [[nodiscard]] bool runs_by_itself() const override { return false; }
  void Advance(Duration by) {
    now_ += by;
    wall_ += by;
  }

 private:
  MonotonicTime now_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::hours(24 * 365 * 55)};
};

}  // namespace outrigger
