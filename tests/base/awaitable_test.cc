#include "base/awaitable.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "base/task_scope.h"

namespace outrigger {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Error kGaveUp{ErrorCode::kTimeout, Side::kLocal, "gave up"};

class TaskTest : public testing::Test {
 protected:
  void Advance(Duration by) {
    clock_.Advance(by);
    loop_.RunUntilIdle();
  }
  ManualClock clock_;
  EventLoop loop_{clock_};
  TaskScope scope_{loop_};
};

Awaitable<int> Ready(int value) { co_return value; }

TEST_F(TaskTest, LongLoopsOfReadyAwaitsDoNotGrowTheStack) {
  std::int64_t sum = 0;
  const auto count = [](std::int64_t& total) -> Awaitable<void> {
    for (int i = 0; i < 1'000'000; ++i) total += co_await Ready(1);
  };
  scope_.Spawn(count(sum));
  loop_.RunUntilIdle();
  EXPECT_EQ(sum, 1'000'000);
}

Awaitable<void> WaitAndNote(WaitPoint& point, std::vector<std::string>& log) {
  const Result<void> waited = co_await point.Wait();
  log.push_back(waited ? "notified" : std::string(ToString(waited.error().code)));
}

TEST_F(TaskTest, SpawnRunsNothingBeforeTheLoopTurns) {
  bool ran = false;
  const auto task = [](bool& flag) -> Awaitable<void> {
    flag = true;
    co_return;
  };
  scope_.Spawn(task(ran));
  EXPECT_FALSE(ran);
  loop_.RunUntilIdle();
  EXPECT_TRUE(ran);
}

TEST_F(TaskTest, NotifyResumesTheWaiterInTheLoopNotInTheNotifier) {
  WaitPoint point;
  std::vector<std::string> log;
  scope_.Spawn(WaitAndNote(point, log));
  loop_.RunUntilIdle();
  point.Notify();
  EXPECT_TRUE(log.empty());
  loop_.RunUntilIdle();
  EXPECT_EQ(log, std::vector<std::string>{"notified"});
}

TEST_F(TaskTest, StopIsALevelSoThatLaterWaitsFailAtOnce) {
  WaitPoint point;
  std::vector<std::string> log;
  const auto twice = [](WaitPoint& where, std::vector<std::string>& out) -> Awaitable<void> {
    co_await WaitAndNote(where, out);
    co_await WaitAndNote(where, out);
  };
  scope_.Spawn(twice(point, log));
  loop_.RunUntilIdle();
  scope_.Stop();
  loop_.RunUntilIdle();
  EXPECT_EQ(log, (std::vector<std::string>{"stopped", "stopped"}));
  EXPECT_TRUE(scope_.empty());
}

TEST_F(TaskTest, ATaskStoppedBeforeItStartedStillRunsItsFirstLines) {
  WaitPoint point;
  std::vector<std::string> log;
  scope_.Spawn(WaitAndNote(point, log));
  scope_.Stop();
  loop_.RunUntilIdle();
  EXPECT_EQ(log, std::vector<std::string>{"stopped"});
}

TEST_F(TaskTest, JoinPassesAnInterruptOnToTheChildrenAndStillWaitsForThem) {
  WaitPoint point;
  std::vector<std::string> log;
  const auto parent = [](EventLoop& loop, WaitPoint& where,
                         std::vector<std::string>& out) -> Awaitable<void> {
    TaskScope children(loop);
    children.Spawn(WaitAndNote(where, out));
    co_await children.Join();
    out.push_back("joined");
  };
  scope_.Spawn(parent(loop_, point, log));
  loop_.RunUntilIdle();
  scope_.Stop();
  loop_.RunUntilIdle();
  EXPECT_EQ(log, (std::vector<std::string>{"stopped", "joined"}));
}

TEST_F(TaskTest, ATimeoutInterruptsTheWaitAndIsTakenBackWithItsScope) {
  WaitPoint point;
  std::vector<std::string> log;
  const auto task = [](EventLoop& loop, WaitPoint& where,
                       std::vector<std::string>& out) -> Awaitable<void> {
    {
      const ScopedTimeout timeout(co_await CurrentTask{}, loop.Now() + seconds(1), kGaveUp);
      co_await WaitAndNote(where, out);
      EXPECT_TRUE(timeout.fired());
    }
    co_await WaitAndNote(where, out);  // may wait again
  };
  scope_.Spawn(task(loop_, point, log));
  loop_.RunUntilIdle();
  Advance(milliseconds(999));
  EXPECT_TRUE(log.empty());
  Advance(milliseconds(2));
  EXPECT_EQ(log, std::vector<std::string>{"timeout"});
  point.Notify();
  loop_.RunUntilIdle();
  EXPECT_EQ(log.back(), "notified");
}

TEST_F(TaskTest, OfNestedTimeoutsTheFirstToFireIsReported) {
  std::vector<std::string> log;
  const auto task = [](EventLoop& loop, std::vector<std::string>& out) -> Awaitable<void> {
    TaskContext& self = co_await CurrentTask{};
    const ScopedTimeout outer(self, loop.Now() + seconds(1),
                              {ErrorCode::kTimeout, Side::kLocal, "outer"});
    const ScopedTimeout inner(self, loop.Now() + seconds(5),
                              {ErrorCode::kTimeout, Side::kLocal, "inner"});
    const Result<void> slept = co_await SleepUntil(loop, loop.Now() + seconds(60));
    out.emplace_back(slept.error().detail);
  };
  scope_.Spawn(task(loop_, log));
  loop_.RunUntilIdle();
  Advance(seconds(10));
  EXPECT_EQ(log, std::vector<std::string>{"outer"});
}

TEST_F(TaskTest, AnOuterTimeoutThatFiredTooStandsAfterTheInnerOneIsTakenBack) {
  std::vector<std::string> log;
  const auto task = [](EventLoop& loop, std::vector<std::string>& out) -> Awaitable<void> {
    TaskContext& self = co_await CurrentTask{};
    const MonotonicTime deadline = loop.Now() + seconds(1);
    const ScopedTimeout outer(self, deadline, {ErrorCode::kTimeout, Side::kLocal, "outer"});
    {
      const ScopedTimeout inner(self, deadline, {ErrorCode::kTimeout, Side::kLocal, "inner"});
      const Result<void> slept = co_await SleepUntil(loop, loop.Now() + seconds(60));
      EXPECT_FALSE(slept.has_value());
    }
    const Result<void> slept = co_await SleepUntil(loop, loop.Now() + seconds(60));
    out.emplace_back(slept ? "slept on" : std::string(slept.error().detail));
  };
  scope_.Spawn(task(loop_, log));
  loop_.RunUntilIdle();
  Advance(seconds(2));
  EXPECT_EQ(log, std::vector<std::string>{"outer"});
}

TEST_F(TaskTest, AStopDuringAFiredTimeoutOutlivesIt) {
  WaitPoint point;
  std::vector<std::string> log;
  const auto task = [](EventLoop& loop, WaitPoint& where,
                       std::vector<std::string>& out) -> Awaitable<void> {
    {
      const ScopedTimeout timeout(co_await CurrentTask{}, loop.Now() + seconds(1), kGaveUp);
      co_await WaitAndNote(where, out);
    }
    co_await WaitAndNote(where, out);
  };
  scope_.Spawn(task(loop_, point, log));
  loop_.RunUntilIdle();
  clock_.Advance(seconds(2));
  loop_.Post([this] { scope_.Stop(); });  // in the turn in which the timer fires
  loop_.RunUntilIdle();
  EXPECT_EQ(log.back(), "stopped");
}

TEST_F(TaskTest, AnExceptionThatLeavesATaskIsCountedAndEndsOnlyThatTask) {
  const std::uint64_t before = EscapedExceptions();
  WaitPoint point;
  std::vector<std::string> log;
  const auto thrower = []() -> Awaitable<void> {
    co_await Yield();
    throw std::runtime_error("thrown by a test on purpose");
  };
  scope_.Spawn(WaitAndNote(point, log));
  scope_.Spawn(thrower());
  loop_.RunUntilIdle();
  EXPECT_EQ(EscapedExceptions(), before + 1);
  point.Notify();
  loop_.RunUntilIdle();
  EXPECT_EQ(log, std::vector<std::string>{"notified"});
}

TEST_F(TaskTest, ExceptionsTravelThroughAwaits) {
  std::string caught;
  const auto thrower = []() -> Awaitable<int> {
    co_await Yield();
    throw std::runtime_error("inner");
  };
  const auto task = [](Awaitable<int> inner, std::string& out) -> Awaitable<void> {
    try {
      co_await std::move(inner);
    } catch (const std::runtime_error& e) {
      out = e.what();
    }
  };
  scope_.Spawn(task(thrower(), caught));
  loop_.RunUntilIdle();
  EXPECT_EQ(caught, "inner");
}

TEST_F(TaskTest, YieldLetsOthersRunInBetween) {
  std::string order;
  const auto task = [](std::string& out, char name) -> Awaitable<void> {
    out.push_back(name);
    co_await Yield();
    out.push_back(name);
  };
  scope_.Spawn(task(order, 'a'));
  scope_.Spawn(task(order, 'b'));
  loop_.RunUntilIdle();
  EXPECT_EQ(order, "abab");
}

}  // namespace
}  // namespace outrigger
