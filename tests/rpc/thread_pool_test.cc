#include "rpc/thread_pool.h"

#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <stdexcept>

#include "base/task_scope.h"

namespace outrigger::rpc {
namespace {

TEST(ThreadPoolTest, RunsJobsSideBySide) {
  std::latch all(3);
  {
    ThreadPool pool(3, 0);
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(pool.TrySubmit([&] { all.arrive_and_wait(); }));  // ends only if all three run
    }
    all.wait();
  }
}

TEST(ThreadPoolTest, UsesAThreadAgain) {
  std::set<std::thread::id> ids;
  ThreadPool pool(1, 10);
  std::latch done(5);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(pool.TrySubmit([&] {
      ids.insert(std::this_thread::get_id());
      done.count_down();
    }));
  }
  done.wait();
  EXPECT_EQ(ids.size(), 1u);
}

TEST(ThreadPoolTest, RefusesWhatItsQueueCannotHold) {
  std::latch entered(1);
  std::latch open(1);
  ThreadPool pool(1, 2);
  ASSERT_TRUE(pool.TrySubmit([&] {
    entered.count_down();
    open.wait();
  }));
  entered.wait();
  EXPECT_TRUE(pool.TrySubmit([] {}));
  EXPECT_TRUE(pool.TrySubmit([] {}));
  EXPECT_FALSE(pool.TrySubmit([] {}));
  open.count_down();
}

TEST(ThreadPoolTest, WaitsForRunningJobsAndDropsTheRest) {
  std::latch entered(1);
  std::latch open(1);
  std::atomic<int> ran = 0;
  std::thread opener;
  {
    ThreadPool pool(1, 10);
    ASSERT_TRUE(pool.TrySubmit([&] {
      entered.count_down();
      open.wait();
      ++ran;
    }));
    entered.wait();
    opener = std::thread([&] { open.count_down(); });
  }
  EXPECT_EQ(ran, 1);
  opener.join();
}

class RunOnThreadTest : public testing::Test {
 protected:
  Awaitable<void> Run(ThreadPool& pool, std::function<int()> work) {
    try {
      outcome_.emplace(co_await RunOnThread(pool, loop_, std::move(work)));
    } catch (const std::runtime_error& error) {
      thrown_ = error.what();
    }
    loop_.Stop();
  }

  SystemClock clock_;
  EventLoop loop_{clock_};
  std::optional<Result<int>> outcome_;
  std::string thrown_;
};

TEST_F(RunOnThreadTest, BringsTheResultBack) {
  ThreadPool pool(1, 1);
  TaskScope scope(loop_);
  std::thread::id worker;
  scope.Spawn(Run(pool, [&] {
    worker = std::this_thread::get_id();
    return 42;
  }));
  loop_.Run();
  EXPECT_EQ(outcome_->value(), 42);
  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST_F(RunOnThreadTest, BringsTheExceptionBack) {
  ThreadPool pool(1, 1);
  TaskScope scope(loop_);
  scope.Spawn(Run(pool, []() -> int { throw std::runtime_error("broken"); }));
  loop_.Run();
  EXPECT_EQ(thrown_, "broken");
}

TEST_F(RunOnThreadTest, SaysWhenTheQueueIsFull) {
  std::latch entered(1);
  std::latch open(1);
  ThreadPool pool(1, 0);
  ASSERT_TRUE(pool.TrySubmit([&] {
    entered.count_down();
    open.wait();
  }));
  entered.wait();
  TaskScope scope(loop_);
  scope.Spawn(Run(pool, [] { return 1; }));
  loop_.Run();
  EXPECT_EQ(outcome_->error().code, ErrorCode::kOverflow);
  open.count_down();
}

TEST_F(RunOnThreadTest, DoesNotWaitOnceInterrupted) {
  std::latch open(1);
  ThreadPool pool(1, 0);
  TaskScope scope(loop_);
  const auto owned = std::make_shared<int>(7);  // what the job uses must live on
  scope.Spawn(Run(pool, [this, &scope, &open, owned] {
    loop_.Post([&scope] { scope.Stop(); });
    open.wait();
    return *owned;
  }));
  loop_.Run();
  EXPECT_EQ(outcome_->error().code, ErrorCode::kStopped);
  open.count_down();
}

}  // namespace
}  // namespace outrigger::rpc
