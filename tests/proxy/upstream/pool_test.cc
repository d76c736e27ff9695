#include "proxy/upstream/pool.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "base/event_loop.h"
#include "base/memory_transport.h"

namespace outrigger::upstream {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// Connects to memory; the test holds the far ends. While `hang` is set nothing answers.
class FakeDialer final : public Dialer {
 public:
  Awaitable<Result<std::unique_ptr<Transport>>> Dial(DialOptions /*options*/) override {
    ++dials;
    if (refuse) co_return Error{ErrorCode::kConnectRefused, Side::kUpstream, "test"};
    while (hang) {
      WaitPoint never;
      if (const Result<void> waited = co_await never.Wait(); !waited) co_return waited.error();
    }
    auto [near, far] = MemoryTransport::Pair();
    servers.push_back(std::move(far));
    co_return std::unique_ptr<Transport>(std::move(near));
  }

  bool refuse = false;
  bool hang = false;
  std::size_t dials = 0;
  std::deque<std::unique_ptr<MemoryTransport>> servers;
};

/// One Acquire of a test, and what became of it.
struct Call {
  std::optional<Result<Lease>> outcome;
  [[nodiscard]] bool done() const { return outcome.has_value(); }
  [[nodiscard]] bool granted() const { return done() && outcome->has_value(); }
  [[nodiscard]] ErrorCode error() const { return outcome->error().code; }
};

class PoolTest : public testing::Test {
 protected:
  ~PoolTest() override {
    tasks_.Stop();
    loop_.RunUntilIdle();
    calls_.clear();
  }

  cluster::ClusterConfig config_;

  /// Makes the pool from config_, with endpoints 10.0.0.1 and 10.0.0.2.
  void Open() {
    config_.endpoints = {{*SocketAddress::Parse("10.0.0.1:80"), 1},
                         {*SocketAddress::Parse("10.0.0.2:80"), 1}};
    pool_ = std::make_shared<UpstreamPool>(loop_, dialer_, read_buffer_, http::H1Limits{},
                                           std::make_shared<cluster::ClusterConfig>(config_),
                                           PoolCounters{});
  }
  void Update() { pool_->Update(std::make_shared<cluster::ClusterConfig>(config_)); }
  cluster::EndpointPtr endpoint(std::size_t i = 0) { return pool_->endpoints().endpoints()[i]; }

  Call& Acquire(std::size_t to = 0, bool fresh = false) {
    Call& call = calls_.emplace_back();
    tasks_.Spawn(Run(endpoint(to), fresh, call));
    loop_.RunUntilIdle();
    return call;
  }
  Awaitable<void> Run(cluster::EndpointPtr to, bool fresh, Call& call) {
    call.outcome.emplace(co_await pool_->Acquire(std::move(to), fresh));
  }

  /// A whole exchange on a granted lease, answered by server `i` with `response`.
  void Exchange(Call& call, std::size_t i, std::string response = kOk) {
    tasks_.Spawn(Ask(*call.outcome->operator->()));
    loop_.RunUntilIdle();
    char sink[4096];
    EXPECT_GT(dialer_.servers[i]->TryRead(sink).value(), 0u) << "no request";
    const iovec piece{response.data(), response.size()};
    (void)dialer_.servers[i]->TryWrite({&piece, 1});
    loop_.RunUntilIdle();
  }
  static Awaitable<void> Ask(Lease& lease) {
    Arena arena;
    http::RequestHead request(arena);
    request.method = "GET";
    request.target = "/";
    request.authority = "a";
    EXPECT_TRUE(lease.stream().SendHead(request, true));
    http::ResponseHead response(arena);
    EXPECT_TRUE(co_await lease.stream().ReadHead(response));
  }
  void GiveBack(Call& call) {
    call.outcome.reset();
    loop_.RunUntilIdle();
  }
  /// A connection that served one request and lies idle now.
  void LeaveOneIdle(std::size_t to = 0) {
    Call& call = Acquire(to);
    ASSERT_TRUE(call.granted());
    Exchange(call, dialer_.servers.size() - 1);
    GiveBack(call);
  }
  void Advance(Duration by) {
    clock_.Advance(by);
    loop_.RunUntilIdle();
  }

  static inline const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  ManualClock clock_;
  EventLoop loop_{clock_};
  FakeDialer dialer_;
  ReadBuffer read_buffer_;
  std::shared_ptr<UpstreamPool> pool_;
  std::deque<Call> calls_;
  TaskScope tasks_{loop_};
};

TEST_F(PoolTest, UsesAConnectionAgain) {
  Open();
  LeaveOneIdle();
  EXPECT_EQ(pool_->idle_connections(), 1u);
  EXPECT_TRUE(Acquire().granted());
  EXPECT_EQ(dialer_.dials, 1u);
  EXPECT_EQ(pool_->idle_connections(), 0u);
}

TEST_F(PoolTest, ConnectsAnewWhenAskedForAFreshConnection) {
  Open();
  LeaveOneIdle();
  EXPECT_TRUE(Acquire(0, true).granted());
  EXPECT_EQ(dialer_.dials, 2u);
}

TEST_F(PoolTest, KeepsConnectionsOfEndpointsApart) {
  Open();
  LeaveOneIdle(0);
  EXPECT_TRUE(Acquire(1).granted());
  EXPECT_EQ(dialer_.dials, 2u);
}

TEST_F(PoolTest, CountsTheLoadOfAnEndpointWhileALeaseLives) {
  Open();
  Call& call = Acquire();
  EXPECT_EQ(endpoint()->active, 1u);
  EXPECT_EQ(pool_->active_requests(), 1u);
  GiveBack(call);
  EXPECT_EQ(endpoint()->active, 0u);
  EXPECT_EQ(pool_->active_requests(), 0u);
}

TEST_F(PoolTest, ClosesAConnectionWhoseExchangeDidNotEnd) {
  Open();
  Call& call = Acquire();
  tasks_.Spawn(Ask(*call.outcome->operator->()));
  loop_.RunUntilIdle();
  const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";
  const iovec piece{const_cast<char*>(half.data()), half.size()};
  (void)dialer_.servers[0]->TryWrite({&piece, 1});
  loop_.RunUntilIdle();
  GiveBack(call);
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
  EXPECT_EQ(pool_->idle_connections(), 0u);
}

TEST_F(PoolTest, ClosesAConnectionThatItsPeerWillNotKeep) {
  Open();
  Call& call = Acquire();
  Exchange(call, 0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  GiveBack(call);
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
}

TEST_F(PoolTest, ClosesAConnectionThatHasServedItsShare) {
  config_.limits.max_requests_per_connection = 2;
  Open();
  LeaveOneIdle();
  LeaveOneIdle();
  EXPECT_EQ(dialer_.dials, 1u);
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
  EXPECT_EQ(pool_->idle_connections(), 0u);
}

TEST_F(PoolTest, DropsAnIdleConnectionThatThePeerClosed) {
  Open();
  LeaveOneIdle();
  dialer_.servers[0]->ShutdownWrite();
  EXPECT_TRUE(Acquire().granted());
  EXPECT_EQ(dialer_.dials, 2u);
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
}

TEST_F(PoolTest, DropsAnIdleConnectionOnWhichThePeerSpokeUnasked) {
  Open();
  LeaveOneIdle();
  std::string unasked = "HTTP/1.1 408 Request Timeout\r\n\r\n";
  const iovec piece{unasked.data(), unasked.size()};
  (void)dialer_.servers[0]->TryWrite({&piece, 1});
  EXPECT_TRUE(Acquire().granted());
  EXPECT_EQ(dialer_.dials, 2u);
}

TEST_F(PoolTest, ClosesConnectionsThatWereIdleTooLong) {
  config_.limits.idle_timeout = seconds(20);
  Open();
  LeaveOneIdle();
  Advance(seconds(19));
  EXPECT_EQ(pool_->idle_connections(), 1u);
  Advance(seconds(7));  // swept every five seconds
  EXPECT_EQ(pool_->idle_connections(), 0u);
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
}

TEST_F(PoolTest, ClosesEveryIdleConnectionWhenItGoes) {
  Open();
  LeaveOneIdle(0);
  LeaveOneIdle(1);
  pool_.reset();
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
  EXPECT_TRUE(dialer_.servers[1]->peer_closed());
}

TEST_F(PoolTest, LivesUntilItsLastLeaseEnds) {
  Open();
  Call& call = Acquire();
  const std::weak_ptr<UpstreamPool> pool = pool_;
  pool_.reset();
  EXPECT_FALSE(pool.expired());
  GiveBack(call);
  EXPECT_TRUE(pool.expired());
}

TEST_F(PoolTest, ReportsARefusedConnection) {
  dialer_.refuse = true;
  Open();
  const Call& call = Acquire();
  ASSERT_TRUE(call.done());
  EXPECT_EQ(call.error(), ErrorCode::kConnectRefused);
  EXPECT_EQ(pool_->active_requests(), 0u);
}

TEST_F(PoolTest, GivesUpOnAConnectionAfterConnectTimeout) {
  config_.connect_timeout = seconds(3);
  dialer_.hang = true;
  Open();
  const Call& call = Acquire();
  Advance(seconds(2));
  EXPECT_FALSE(call.done());
  Advance(seconds(2));
  ASSERT_TRUE(call.done());
  EXPECT_EQ(call.error(), ErrorCode::kConnectTimeout);
}

TEST_F(PoolTest, RefusesRequestsOverMaxRequests) {
  config_.limits.max_requests = 2;
  Open();
  Call& first = Acquire();
  EXPECT_TRUE(Acquire().granted());
  const Call& third = Acquire();
  ASSERT_TRUE(third.done());
  EXPECT_EQ(third.outcome->error(),
            (Error{ErrorCode::kOverflow, Side::kUpstream, "max_requests of the cluster"}));
  GiveBack(first);
  EXPECT_TRUE(Acquire().granted());
}

TEST_F(PoolTest, CountsRequestsThatAreStillConnectingAgainstMaxRequests) {
  config_.limits.max_requests = 1;
  dialer_.hang = true;
  Open();
  Acquire();
  const Call& second = Acquire();
  ASSERT_TRUE(second.done());
  EXPECT_EQ(second.error(), ErrorCode::kOverflow);
}

TEST_F(PoolTest, KeepsRequestsInLineWhenAllConnectionsAreBusy) {
  config_.limits.max_connections = 1;
  Open();
  Call& first = Acquire();
  const Call& second = Acquire();
  EXPECT_FALSE(second.done());
  Exchange(first, 0);
  GiveBack(first);
  EXPECT_TRUE(second.granted());
  EXPECT_EQ(dialer_.dials, 1u) << "the one connection serves both";
}

TEST_F(PoolTest, ConnectsForTheFirstInLineWhenABusyConnectionCloses) {
  config_.limits.max_connections = 1;
  Open();
  Call& first = Acquire();
  const Call& second = Acquire();
  GiveBack(first);  // unused, so it cannot be kept
  EXPECT_TRUE(second.granted());
}

TEST_F(PoolTest, ServesTheLineInOrder) {
  config_.limits.max_connections = 1;
  Open();
  Call& first = Acquire();
  Call& second = Acquire();
  const Call& third = Acquire();
  GiveBack(first);
  EXPECT_TRUE(second.granted());
  EXPECT_FALSE(third.done());
  GiveBack(second);
  EXPECT_TRUE(third.granted());
}

TEST_F(PoolTest, RefusesRequestsWhenTheLineIsFull) {
  config_.limits.max_connections = 1;
  config_.limits.max_pending = 1;
  Open();
  Acquire();
  EXPECT_FALSE(Acquire().done());
  const Call& third = Acquire();
  ASSERT_TRUE(third.done());
  EXPECT_EQ(third.error(), ErrorCode::kOverflow);
}

TEST_F(PoolTest, CountsConnectionsBeingMadeAgainstMaxConnections) {
  config_.limits.max_connections = 1;
  dialer_.hang = true;
  Open();
  Acquire();
  EXPECT_FALSE(Acquire().done());
  EXPECT_EQ(dialer_.dials, 1u);
}

TEST_F(PoolTest, LetsTheNextInLineTryAfterAFailedConnection) {
  config_.limits.max_connections = 1;
  config_.connect_timeout = seconds(3);
  dialer_.hang = true;
  Open();
  Acquire();
  const Call& second = Acquire();
  dialer_.hang = false;
  Advance(seconds(4));
  EXPECT_TRUE(second.granted());
}

TEST_F(PoolTest, ClosesAnIdleConnectionThatTakesThePlaceOfANeededOne) {
  config_.limits.max_connections = 1;
  Open();
  LeaveOneIdle(0);
  EXPECT_TRUE(Acquire(1).granted());
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
}

TEST_F(PoolTest, LeavesTheLineWhenItsTaskIsInterrupted) {
  config_.limits.max_connections = 1;
  Open();
  Call& first = Acquire();
  const Call& second = Acquire();
  tasks_.Stop();
  loop_.RunUntilIdle();
  ASSERT_TRUE(second.done());
  EXPECT_EQ(second.error(), ErrorCode::kStopped);
  GiveBack(first);
  EXPECT_TRUE(Acquire().granted());
}

TEST_F(PoolTest, UpdateKeepsIdleConnectionsOfEndpointsThatStay) {
  Open();
  LeaveOneIdle();
  config_.connect_timeout = seconds(1);
  Update();
  EXPECT_TRUE(Acquire().granted());
  EXPECT_EQ(dialer_.dials, 1u);
}

TEST_F(PoolTest, UpdateClosesIdleConnectionsOfEndpointsThatLeave) {
  Open();
  LeaveOneIdle(0);
  config_.endpoints.erase(config_.endpoints.begin());
  Update();
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
  EXPECT_EQ(pool_->idle_connections(), 0u);
}

TEST_F(PoolTest, ALeaseOfAnEndpointThatLeftIsClosedWhenItEnds) {
  Open();
  Call& call = Acquire(0);
  config_.endpoints.erase(config_.endpoints.begin());
  Update();
  Exchange(call, 0);
  GiveBack(call);
  EXPECT_TRUE(dialer_.servers[0]->peer_closed());
  EXPECT_EQ(pool_->idle_connections(), 0u);
}

TEST_F(PoolTest, UpdateAppliesNewLimitsToTheLine) {
  config_.limits.max_connections = 1;
  Open();
  Acquire();
  const Call& second = Acquire();
  EXPECT_FALSE(second.done());
  config_.limits.max_connections = 2;
  Update();
  loop_.RunUntilIdle();
  EXPECT_TRUE(second.granted());
}

}  // namespace
}  // namespace outrigger::upstream
