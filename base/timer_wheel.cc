#include "base/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace outrigger {

namespace {
constexpr Duration kTick = std::chrono::milliseconds(1);
}

void Timer::Disarm() {
  if (wheel_ != nullptr) wheel_->Unlink(*this);
}

TimerWheel::TimerWheel(MonotonicTime start) : start_(start) {}

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (Timer* head : level.slots) {
      for (Timer* timer = head; timer != nullptr; timer = timer->next_) timer->wheel_ = nullptr;
    }
  }
}

void TimerWheel::Arm(Timer& timer, MonotonicTime at) {
  timer.Disarm();
  const Duration since = std::max(at - start_, Duration::zero());
  const auto tick =
      static_cast<std::uint64_t>((since + kTick - Duration(1)) / kTick);  // never early
  constexpr std::uint64_t kFarthest = (1ull << (kBits * kLevels)) - 1;
  timer.tick_ = std::clamp(tick, now_tick_ + 1, now_tick_ + kFarthest);
  Insert(timer);
  timer.wheel_ = this;
  ++size_;
}

void TimerWheel::Insert(Timer& timer) {
  // The level whose slots tell this tick from now: the highest bit in which they differ.
  const std::uint64_t differs = timer.tick_ ^ now_tick_;
  const unsigned level =
      std::min(kLevels - 1, static_cast<unsigned>(63 - std::countl_zero(differs | 1)) / kBits);
  const unsigned slot = static_cast<unsigned>(timer.tick_ >> (level * kBits)) & (kSlots - 1);
  Timer*& head = levels_[level].slots[slot];
  timer.next_ = head;
  timer.link_ = &head;
  if (head != nullptr) head->link_ = &timer.next_;
  head = &timer;
  levels_[level].occupied |= 1ull << slot;
  timer.level_ = static_cast<std::uint8_t>(level);
  timer.slot_ = static_cast<std::uint8_t>(slot);
}

void TimerWheel::Unlink(Timer& timer) {
  *timer.link_ = timer.next_;
  if (timer.next_ != nullptr) timer.next_->link_ = timer.link_;
  Level& level = levels_[timer.level_];
  if (level.slots[timer.slot_] == nullptr) level.occupied &= ~(1ull << timer.slot_);
  timer.wheel_ = nullptr;
  --size_;
}

void TimerWheel::Advance(MonotonicTime now) {
  if (now < start_) return;
  const auto target = static_cast<std::uint64_t>((now - start_) / kTick);
  while (now_tick_ < target) {
    const std::optional<std::uint64_t> next = NextTick();
    if (!next || *next > target) {
      now_tick_ = target;
      return;
    }
    now_tick_ = *next;
    for (unsigned level = kLevels - 1; level > 0; --level) {
      if ((now_tick_ & ((1ull << (level * kBits)) - 1)) == 0) Cascade(level);
    }
    FireSlot(static_cast<unsigned>(now_tick_) & (kSlots - 1));
  }
}

void TimerWheel::Cascade(unsigned level) {
  const unsigned slot = static_cast<unsigned>(now_tick_ >> (level * kBits)) & (kSlots - 1);
  Timer* timer = levels_[level].slots[slot];
  levels_[level].slots[slot] = nullptr;
  levels_[level].occupied &= ~(1ull << slot);
  while (timer != nullptr) {
    Timer* next = timer->next_;
    Insert(*timer);  // a lower level now, or slot 0 of this tick
    timer = next;
  }
}

void TimerWheel::FireSlot(unsigned slot) {
  // One at a time: a timer that fires may disarm or destroy others of the same slot.
  while (Timer* timer = levels_[0].slots[slot]) {
    assert(timer->tick_ == now_tick_);
    Unlink(*timer);
    timer->OnTimer();
  }
}

std::optional<std::uint64_t> TimerWheel::NextTick() const {
  if (size_ == 0) return std::nullopt;
  for (unsigned level = 0; level < kLevels; ++level) {
    const unsigned shift = level * kBits;
    const unsigned current = static_cast<unsigned>(now_tick_ >> shift) & (kSlots - 1);
    // Slots behind the current one belong to this turn of the wheel; the current one is spent.
    const std::uint64_t ahead =
        current == kSlots - 1 ? 0 : levels_[level].occupied & (~0ull << (current + 1));
    if (ahead == 0) continue;
    const auto slot = static_cast<std::uint64_t>(std::countr_zero(ahead));
    const std::uint64_t turn = (now_tick_ >> shift >> kBits) << kBits;
    return (turn | slot) << shift;
  }
  // Only the top level wraps around.
  const unsigned shift = (kLevels - 1) * kBits;
  const auto slot = static_cast<std::uint64_t>(std::countr_zero(levels_[kLevels - 1].occupied));
  return (((now_tick_ >> shift >> kBits) + 1) << kBits | slot) << shift;
}

std::optional<MonotonicTime> TimerWheel::NextWakeup() const {
  const std::optional<std::uint64_t> tick = NextTick();
  if (!tick) return std::nullopt;
  return start_ + kTick * static_cast<std::int64_t>(*tick);
}

}  // namespace outrigger
