#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace outrigger {

class TimerWheel;

/// One deadline. Derive and implement OnTimer(); the object is the timer's memory, so arming never
/// allocates. Disarms itself when destroyed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { Disarm(); }
  [[nodiscard]] bool armed() const { return wheel_ != nullptr; }
  void Disarm();

 protected:
  /// Runs on the loop's thread, disarmed; may arm itself again or destroy itself.
  virtual void OnTimer() = 0;

 private:
  friend class TimerWheel;
  TimerWheel* wheel_ = nullptr;
  Timer* next_ = nullptr;
  Timer** link_ = nullptr;  // the pointer that points here
  std::uint64_t tick_ = 0;
  std::uint8_t level_ = 0;
  std::uint8_t slot_ = 0;
};

/// All timers of one EventLoop: a hierarchical wheel of 6 levels with 64 slots, 1 ms per tick,
/// about two years in all. Arm and disarm are O(1). A timer fires never early and at most one tick
/// (plus the loop's own delay) late.
class TimerWheel {
 public:
  explicit TimerWheel(MonotonicTime start);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// (Re-)arms `timer` for `at`; a past time fires at the next Advance().
  void Arm(Timer& timer, MonotonicTime at);
  /// Fires everything that is due at `now`, earlier deadlines first (per tick).
  void Advance(MonotonicTime now);
  /// A time at or before the next deadline (never after it), or empty when nothing is armed.
  [[nodiscard]] std::optional<MonotonicTime> NextWakeup() const;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  friend class Timer;
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1u << kBits;
  static constexpr unsigned kLevels = 6;
  struct Level {
    std::array<Timer*, kSlots> slots{};
    std::uint64_t occupied = 0;
  };

  void Insert(Timer& timer);
  void Unlink(Timer& timer);
  void Cascade(unsigned level);
  void FireSlot(unsigned slot);
  [[nodiscard]] std::optional<std::uint64_t> NextTick() const;

  MonotonicTime start_;
  std::uint64_t now_tick_ = 0;  // everything up to and including this tick has fired
  std::size_t size_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace outrigger
