#include "base/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/task_scope.h"

namespace outrigger {
namespace {

TEST(EventLoop, PostedFunctionsRunInOrderOnTheLoopsThread) {
  const SystemClock clock;
  EventLoop loop(clock);
  std::thread::id loop_thread;
  std::vector<int> order;
  std::thread runner([&] {
    loop_thread = std::this_thread::get_id();
    loop.Run();
  });
  std::thread::id ran_on;
  for (int i = 0; i < 100; ++i) loop.Post([&, i] { order.push_back(i); });
  loop.Post([&] {
    ran_on = std::this_thread::get_id();
    loop.Stop();
  });
  runner.join();
  EXPECT_EQ(ran_on, loop_thread);
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(EventLoop, StopFromAnotherThreadEndsALoopThatWaits) {
  const SystemClock clock;
  EventLoop loop(clock);
  std::thread runner([&] { loop.Run(); });
  loop.Stop();
  runner.join();
}

TEST(EventLoop, RealTimersFire) {
  const SystemClock clock;
  EventLoop loop(clock);
  TaskScope scope(loop);
  const auto task = [](EventLoop& where) -> Awaitable<void> {
    const Result<void> slept =
        co_await SleepUntil(where, where.Now() + std::chrono::milliseconds(5));
    EXPECT_TRUE(slept.has_value());
    where.Stop();
  };
  scope.Spawn(task(loop));
  loop.Run();
}

struct Recorder final : FdHandler {
  EventLoop* loop = nullptr;
  int fd = -1;
  Recorder* leaves = nullptr;  // unwatched by this handler
  int calls = 0;
  void OnFdEvents(std::uint32_t) override {
    ++calls;
    if (leaves != nullptr) loop->Unwatch(leaves->fd, *leaves);
  }
};

TEST(EventLoop, AHandlerThatLeavesHearsNothingMoreOfThatTurn) {
  const SystemClock clock;
  EventLoop loop(clock);
  int pairs[2][2];
  Recorder recorders[2];
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pairs[i]), 0);
    ASSERT_EQ(write(pairs[i][1], "x", 1), 1);
    recorders[i].loop = &loop;
    recorders[i].fd = pairs[i][0];
    recorders[i].leaves = &recorders[1 - i];
    ASSERT_TRUE(loop.WatchReadable(pairs[i][0], recorders[i]));
  }
  // Each one removes the other: whichever comes first, the other must stay silent.
  loop.Post([&] { loop.Stop(); });
  loop.Run();
  EXPECT_TRUE((recorders[0].calls > 0) != (recorders[1].calls > 0));
  for (auto& pair : pairs) {
    close(pair[0]);
    close(pair[1]);
  }
}

}  // namespace
}  // namespace outrigger
