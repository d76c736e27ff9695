#include "base/transport.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/memory_transport.h"
#include "base/socket_transport.h"
#include "base/task_scope.h"

namespace outrigger {
namespace {

Awaitable<void> ReadAll(Transport& transport, std::string& out, Error& end) {
  std::array<char, 1000> chunk;
  while (true) {
    const Result<std::size_t> got = co_await ReadSome(transport, chunk);
    if (!got) {
      end = got.error();
      co_return;
    }
    out.append(chunk.data(), *got);
  }
}

Awaitable<void> SendAndFinish(Transport& transport, std::string text) {
  Buffer buffer;
  buffer.Append(text);
  const Result<void> written = co_await WriteAll(transport, buffer);
  EXPECT_TRUE(written.has_value());
  transport.ShutdownWrite();
}

std::string Pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

TEST(MemoryTransport, CarriesMoreThanItBuffersInBothDirections) {
  ManualClock clock;
  EventLoop loop(clock);
  TaskScope scope(loop);
  auto [a, b] = MemoryTransport::Pair(777);
  const std::string text = Pattern(100'000);
  std::string at_a;
  std::string at_b;
  Error end_a;
  Error end_b;
  scope.Spawn(SendAndFinish(*a, text));
  scope.Spawn(SendAndFinish(*b, text));
  scope.Spawn(ReadAll(*a, at_a, end_a));
  scope.Spawn(ReadAll(*b, at_b, end_b));
  loop.RunUntilIdle();
  EXPECT_EQ(at_a, text);
  EXPECT_EQ(at_b, text);
  EXPECT_EQ(end_a.code, ErrorCode::kClosed);
}

TEST(MemoryTransport, AHangupInterruptsTheWatchingTaskUnlessBytesWait) {
  ManualClock clock;
  EventLoop loop(clock);
  TaskScope scope(loop);
  const Error gone{ErrorCode::kClosed, Side::kDownstream, "client closed"};
  for (const bool with_bytes : {false, true}) {
    auto [near, far] = MemoryTransport::Pair();
    std::string outcome = "still waiting";
    WaitPoint never;
    const auto task = [](Transport& watched, WaitPoint& point, Error why,
                         std::string& out) -> Awaitable<void> {
      watched.WatchHangup(&co_await CurrentTask{}, why);
      const Result<void> waited = co_await point.Wait();
      out = waited ? "notified" : std::string(waited.error().detail);
      watched.WatchHangup(nullptr, {});
    };
    scope.Spawn(task(*near, never, gone, outcome));
    loop.RunUntilIdle();
    if (with_bytes) {
      const iovec piece{const_cast<char*>("GET"), 3};
      ASSERT_EQ(*far->TryWrite({&piece, 1}), 3u);
    }
    far->ShutdownWrite();
    loop.RunUntilIdle();
    EXPECT_EQ(outcome, with_bytes ? "still waiting" : "client closed");
    never.Notify();
    loop.RunUntilIdle();
  }
}

TEST(MemoryTransport, BytesThatArriveInTheTurnInWhichAWaitIsGivenUpAreNotMissed) {
  ManualClock clock;
  EventLoop loop(clock);
  TaskScope scope(loop);
  auto [near, far] = MemoryTransport::Pair();
  std::string got;
  const auto task = [](EventLoop& where, Transport& from, std::string& out) -> Awaitable<void> {
    {
      const ScopedTimeout nap(co_await CurrentTask{}, where.Now() + std::chrono::seconds(1),
                              {ErrorCode::kTimeout, Side::kLocal, "nap"});
      const Result<void> waited = co_await from.WaitReadable();
      EXPECT_FALSE(waited.has_value());
    }
    const Result<void> waited = co_await from.WaitReadable();
    EXPECT_TRUE(waited.has_value());
    char byte;
    if (from.TryRead({&byte, 1})) out.push_back(byte);
  };
  scope.Spawn(task(loop, *near, got));
  loop.RunUntilIdle();
  clock.Advance(std::chrono::seconds(2));
  // Runs behind the timers of the same turn, before the task does.
  loop.Post([&far = *far] {
    const iovec piece{const_cast<char*>("x"), 1};
    EXPECT_EQ(*far.TryWrite({&piece, 1}), 1u);
  });
  loop.RunUntilIdle();
  EXPECT_EQ(got, "x");
  EXPECT_TRUE(scope.empty());
}

TEST(MemoryTransport, FailingAtEveryOperationEndsBothSidesWithReset) {
  for (std::size_t n = 1;; ++n) {
    ManualClock clock;
    EventLoop loop(clock);
    TaskScope scope(loop);
    auto [a, b] = MemoryTransport::Pair(100);
    a->FailOnOperation(n);
    std::string got;
    Error end;
    const auto send = [](Transport& to) -> Awaitable<void> {
      Buffer buffer;
      buffer.Append(Pattern(1000));
      if (co_await WriteAll(to, buffer)) to.ShutdownWrite();
    };
    scope.Spawn(send(*a));
    scope.Spawn(ReadAll(*b, got, end));
    loop.RunUntilIdle();
    ASSERT_TRUE(scope.empty()) << "a task hangs when operation " << n << " fails";
    if (end.code == ErrorCode::kClosed) {
      EXPECT_EQ(got, Pattern(1000));
      EXPECT_GT(n, 10u);
      break;
    }
    EXPECT_EQ(end.code, ErrorCode::kReset);
  }
}

class SocketTest : public testing::Test {
 protected:
  void SetUp() override {
    int number = 0;
    auto fd = ListenTcp(*SocketAddress::Parse("127.0.0.1:0"), false, &number);
    ASSERT_TRUE(fd.has_value());
    listener_ = std::move(*fd);
    address_ = LocalAddress(listener_.get());
  }
  std::unique_ptr<Transport> Accept() {
    int fd = -1;
    while ((fd = accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0) {
    }
    return SocketTransport::Adopt(loop_, UniqueFd(fd), {});
  }
  SystemClock clock_;
  EventLoop loop_{clock_};
  TaskScope scope_{loop_};
  SocketDialer dialer_{loop_};
  UniqueFd listener_;
  SocketAddress address_;
};

Awaitable<void> DialAndKeep(SocketDialer& dialer, SocketAddress address,
                            std::unique_ptr<Transport>& out, Error& error, EventLoop& loop) {
  auto dialed = co_await dialer.Dial({.address = address, .source = {}});
  if (dialed) {
    out = std::move(*dialed);
  } else {
    error = dialed.error();
  }
  loop.Stop();
}

TEST_F(SocketTest, StreamsMegabytesBothWays) {
  std::unique_ptr<Transport> client;
  Error error;
  scope_.Spawn(DialAndKeep(dialer_, address_, client, error, loop_));
  loop_.Run();
  ASSERT_NE(client, nullptr);
  auto server = Accept();
  const std::string text = Pattern(5'000'000);
  std::string at_client;
  std::string at_server;
  Error end;
  scope_.Spawn(SendAndFinish(*client, text));
  scope_.Spawn(SendAndFinish(*server, text));
  scope_.Spawn(ReadAll(*client, at_client, end));
  scope_.Spawn(ReadAll(*server, at_server, end));
  const SystemClock watch;
  const auto give_up = watch.Now() + std::chrono::seconds(30);
  while (!scope_.empty() && watch.Now() < give_up) loop_.RunUntilIdle();
  ASSERT_TRUE(scope_.empty());
  EXPECT_TRUE(at_client == text);
  EXPECT_TRUE(at_server == text);
  EXPECT_EQ(end.code, ErrorCode::kClosed);
}

TEST_F(SocketTest, RefusedConnectionsSaySo) {
  { const UniqueFd closed(listener_.release()); }
  std::unique_ptr<Transport> client;
  Error error;
  scope_.Spawn(DialAndKeep(dialer_, address_, client, error, loop_));
  loop_.Run();
  EXPECT_EQ(client, nullptr);
  EXPECT_EQ(error.code, ErrorCode::kConnectRefused);
}

}  // namespace
}  // namespace outrigger
