#include "base/timer_wheel.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace outrigger {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Probe final : public Timer {
 public:
  explicit Probe(std::function<void()> action) : action_(std::move(action)) {}

 private:
  void OnTimer() override { action_(); }
  std::function<void()> action_;
};

TEST(TimerWheel, FiresNeverEarlyAndAtMostOneTickLate) {
  const MonotonicTime start{hours(5)};
  TimerWheel wheel(start);
  std::mt19937_64 random(7);
  struct Shot {
    MonotonicTime due;
    MonotonicTime fired;
  };
  std::vector<Shot> shots(2000);
  std::vector<std::unique_ptr<Probe>> probes;
  MonotonicTime now = start;
  for (Shot& shot : shots) {
    // From a microsecond to about three days: crosses four levels of the wheel.
    const double exponent = std::uniform_real_distribution<>(0, 11.4)(random);
    shot.due = start + microseconds(static_cast<std::int64_t>(std::pow(10.0, exponent)));
    probes.push_back(std::make_unique<Probe>([&shot, &now] { shot.fired = now; }));
    wheel.Arm(*probes.back(), shot.due);
  }
  while (const auto wakeup = wheel.NextWakeup()) {
    ASSERT_GT(*wakeup, now);
    now = *wakeup;
    wheel.Advance(now);
  }
  for (const Shot& shot : shots) {
    EXPECT_GE(shot.fired, shot.due);
    EXPECT_LE(shot.fired - shot.due, milliseconds(1));
  }
}

TEST(TimerWheel, EarlierDeadlinesFireFirstEvenWhenTimeJumps) {
  TimerWheel wheel(MonotonicTime{});
  std::vector<int> order;
  Probe late([&] { order.push_back(3); });
  Probe early([&] { order.push_back(1); });
  Probe middle([&] { order.push_back(2); });
  wheel.Arm(late, MonotonicTime{hours(2)});
  wheel.Arm(early, MonotonicTime{milliseconds(3)});
  wheel.Arm(middle, MonotonicTime{seconds(70)});
  wheel.Advance(MonotonicTime{hours(24)});
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, DisarmedAndDestroyedTimersDoNotFire) {
  TimerWheel wheel(MonotonicTime{});
  int fired = 0;
  Probe disarmed([&] { ++fired; });
  wheel.Arm(disarmed, MonotonicTime{milliseconds(5)});
  {
    Probe destroyed([&] { ++fired; });
    wheel.Arm(destroyed, MonotonicTime{milliseconds(5)});
  }
  disarmed.Disarm();
  wheel.Advance(MonotonicTime{seconds(1)});
  EXPECT_EQ(fired, 0);
  EXPECT_FALSE(wheel.NextWakeup().has_value());
}

TEST(TimerWheel, ATimerMayDisarmAnotherOfTheSameTick) {
  TimerWheel wheel(MonotonicTime{});
  int fired = 0;
  Probe* victims[2] = {};
  Probe a([&] {
    ++fired;
    victims[1]->Disarm();
  });
  Probe b([&] {
    ++fired;
    victims[0]->Disarm();
  });
  victims[0] = &a;
  victims[1] = &b;
  wheel.Arm(a, MonotonicTime{milliseconds(5)});
  wheel.Arm(b, MonotonicTime{milliseconds(5)});
  wheel.Advance(MonotonicTime{milliseconds(6)});
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, RearmingInsideOnTimerFiresAtTheNewTime) {
  TimerWheel wheel(MonotonicTime{});
  int fired = 0;
  Probe* self = nullptr;
  Probe periodic([&] {
    if (++fired < 3) wheel.Arm(*self, MonotonicTime{milliseconds(10 * (fired + 1))});
  });
  self = &periodic;
  wheel.Arm(periodic, MonotonicTime{milliseconds(10)});
  wheel.Advance(MonotonicTime{milliseconds(25)});
  EXPECT_EQ(fired, 2);
  wheel.Advance(MonotonicTime{milliseconds(30)});
  EXPECT_EQ(fired, 3);
}

TEST(TimerWheel, APastDeadlineFiresAtTheNextTick) {
  TimerWheel wheel(MonotonicTime{seconds(10)});
  int fired = 0;
  Probe past([&] { ++fired; });
  wheel.Arm(past, MonotonicTime{seconds(1)});
  wheel.Advance(MonotonicTime{seconds(10)});
  EXPECT_EQ(fired, 0);
  wheel.Advance(MonotonicTime{seconds(10) + milliseconds(1)});
  EXPECT_EQ(fired, 1);
}

}  // namespace
}  // namespace outrigger
