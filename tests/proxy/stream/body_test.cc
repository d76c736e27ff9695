#include "proxy/stream/body.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "base/event_loop.h"
#include "base/task_scope.h"

namespace outrigger::stream {
namespace {

constexpr Error kClientGone{ErrorCode::kReset, Side::kDownstream, "test"};
constexpr Error kServerGone{ErrorCode::kReset, Side::kUpstream, "test"};

/// A body whose chunks the test pushes.
class FakeSource final : public BodySource {
 public:
  void Push(std::string text) {
    chunks_.push_back(std::move(text));
    point_.Notify();
  }
  void End(const http::HeaderMap* trailers = nullptr) {
    end_ = true;
    trailers_ = trailers;
    point_.Notify();
  }
  void Fail(Error error) {
    error_ = error;
    point_.Notify();
  }

  Result<Chunk> TryRead() override {
    ++reads_;
    if (!chunks_.empty()) {
      current_ = std::move(chunks_.front());
      chunks_.pop_front();
      return Chunk{current_, end_ && chunks_.empty()};
    }
    if (error_) return *error_;
    return Chunk{{}, end_};
  }
  Awaitable<Result<void>> Wait() override {
    while (chunks_.empty() && !end_ && !error_) {
      if (const Result<void> waited = co_await point_.Wait(); !waited) co_return waited.error();
    }
    co_return Result<void>{};
  }
  [[nodiscard]] const http::HeaderMap* trailers() const override { return trailers_; }
  [[nodiscard]] bool ended() const override { return end_ && chunks_.empty(); }
  [[nodiscard]] int reads() const { return reads_; }

 private:
  std::deque<std::string> chunks_;
  std::string current_;
  std::optional<Error> error_;
  const http::HeaderMap* trailers_ = nullptr;
  bool end_ = false;
  int reads_ = 0;
  WaitPoint point_;
};

/// Takes everything at once, or keeps it until the test lets it go.
class FakeSink final : public BodySink {
 public:
  Result<void> Put(std::string_view data, bool end, const http::HeaderMap* trailers) override {
    if (error_) return *error_;
    received_.append(data);
    ended_ = end;
    trailers_ = trailers;
    pending_ = slow_;
    return {};
  }
  [[nodiscard]] bool pending() const override { return pending_; }
  Awaitable<Result<void>> Drain() override {
    while (pending_ && !error_) {
      if (const Result<void> waited = co_await point_.Wait(); !waited) co_return waited.error();
    }
    if (error_) co_return *error_;
    co_return Result<void>{};
  }

  void set_slow() { slow_ = true; }
  void LetGo() {
    pending_ = false;
    point_.Notify();
  }
  void Fail(Error error) {
    error_ = error;
    point_.Notify();
  }
  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const http::HeaderMap* trailers() const { return trailers_; }

 private:
  std::string received_;
  std::optional<Error> error_;
  const http::HeaderMap* trailers_ = nullptr;
  bool slow_ = false;
  bool pending_ = false;
  bool ended_ = false;
  WaitPoint point_;
};

class PumpTest : public testing::Test {
 protected:
  ~PumpTest() override {
    scope_.Stop();
    loop_.RunUntilIdle();
  }
  void Start() {
    scope_.Spawn(Run());
    loop_.RunUntilIdle();
  }
  Awaitable<void> Run() { outcome_ = co_await Pump(source_, sink_); }

  ManualClock clock_;
  EventLoop loop_{clock_};
  FakeSource source_;
  FakeSink sink_;
  std::optional<Result<void>> outcome_;
  TaskScope scope_{loop_};
};

TEST_F(PumpTest, MovesEverythingAndTheEnd) {
  source_.Push("one ");
  source_.Push("two");
  source_.End();
  Start();
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->has_value());
  EXPECT_EQ(sink_.received(), "one two");
  EXPECT_TRUE(sink_.ended());
}

TEST_F(PumpTest, MovesAnEmptyBody) {
  NoBody nothing;
  const auto run = [](BodySource& from, BodySink& to,
                      std::optional<Result<void>>& outcome) -> Awaitable<void> {
    outcome = co_await Pump(from, to);
  };
  scope_.Spawn(run(nothing, sink_, outcome_));
  loop_.RunUntilIdle();
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(sink_.ended());
  EXPECT_EQ(sink_.received(), "");
}

TEST_F(PumpTest, HandsOnWhatIsThereWhileItWaitsForMore) {
  source_.Push("early");
  Start();
  EXPECT_EQ(sink_.received(), "early");
  EXPECT_FALSE(outcome_.has_value());
  source_.Push(" late");
  source_.End();
  loop_.RunUntilIdle();
  EXPECT_EQ(sink_.received(), "early late");
  EXPECT_TRUE(outcome_.has_value());
}

TEST_F(PumpTest, HandsOnTheTrailersWithTheEnd) {
  Arena arena;
  http::HeaderMap trailers(arena);
  trailers.Add("grpc-status", "0");
  source_.Push("x");
  source_.End(&trailers);
  Start();
  EXPECT_EQ(sink_.trailers(), &trailers);
}

TEST_F(PumpTest, ReadsNothingWhileTheSinkHoldsBytes) {
  sink_.set_slow();
  source_.Push("first");
  source_.Push("second");
  source_.End();
  Start();
  EXPECT_EQ(sink_.received(), "first");
  EXPECT_EQ(source_.reads(), 1);
  sink_.LetGo();
  loop_.RunUntilIdle();
  EXPECT_EQ(sink_.received(), "firstsecond");
  EXPECT_FALSE(outcome_.has_value()) << "the end is not out yet";
  sink_.LetGo();
  loop_.RunUntilIdle();
  EXPECT_TRUE(outcome_.has_value());
}

TEST_F(PumpTest, ReportsTheSourceThatFails) {
  source_.Push("half");
  source_.Fail(kServerGone);
  Start();
  ASSERT_TRUE(outcome_.has_value());
  ASSERT_TRUE(outcome_->has_error());
  EXPECT_EQ(outcome_->error(), kServerGone);
  EXPECT_EQ(sink_.received(), "half");
  EXPECT_FALSE(sink_.ended());
}

TEST_F(PumpTest, ReportsTheSinkThatRefuses) {
  sink_.Fail(kClientGone);
  source_.Push("x");
  Start();
  ASSERT_TRUE(outcome_.has_value() && outcome_->has_error());
  EXPECT_EQ(outcome_->error(), kClientGone);
}

TEST_F(PumpTest, ReportsTheSinkThatFailsWhileItDrains) {
  sink_.set_slow();
  source_.Push("x");
  Start();
  EXPECT_FALSE(outcome_.has_value());
  sink_.Fail(kClientGone);
  loop_.RunUntilIdle();
  ASSERT_TRUE(outcome_.has_value() && outcome_->has_error());
  EXPECT_EQ(outcome_->error(), kClientGone);
}

TEST_F(PumpTest, EndsWithTheInterruptOfItsTask) {
  Start();
  scope_.Stop(kClientGone);
  loop_.RunUntilIdle();
  ASSERT_TRUE(outcome_.has_value() && outcome_->has_error());
  EXPECT_EQ(outcome_->error(), kClientGone);
}

/// Always has more to say.
class EndlessSource final : public BodySource {
 public:
  Result<Chunk> TryRead() override { return Chunk{"again and ", false}; }
  Awaitable<Result<void>> Wait() override { co_return Result<void>{}; }
  [[nodiscard]] bool ended() const override { return false; }
};

TEST_F(PumpTest, LetsOthersRunBetweenTwoFastPeers) {
  EndlessSource endless;
  const auto pump = [](BodySource& from, BodySink& to,
                       std::optional<Result<void>>& outcome) -> Awaitable<void> {
    outcome = co_await Pump(from, to);
  };
  const auto stop = [](TaskScope& scope) -> Awaitable<void> {
    scope.Stop(kClientGone);
    co_return;
  };
  TaskScope other(loop_);
  scope_.Spawn(pump(endless, sink_, outcome_));
  other.Spawn(stop(scope_));  // never gets its turn if the pump does not yield
  loop_.RunUntilIdle();
  ASSERT_TRUE(outcome_.has_value() && outcome_->has_error());
  EXPECT_EQ(outcome_->error(), kClientGone);
}

}  // namespace
}  // namespace outrigger::stream
