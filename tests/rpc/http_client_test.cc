#include "rpc/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "base/memory_transport.h"
#include "base/task_scope.h"

namespace outrigger::rpc {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

SocketAddress Address(const char* text) { return *SocketAddress::Parse(text); }

/// Connections in memory; the test holds the far ends.
class FakeDialer final : public Dialer {
 public:
  Awaitable<Result<std::unique_ptr<Transport>>> Dial(DialOptions options) override {
    const std::string address = options.address.text();
    dialed.push_back(address);
    if (swallows.contains(address)) {
      WaitPoint never;
      const Result<void> waited = co_await never.Wait();
      co_return waited.error();
    }
    if (refuses.contains(address)) {
      co_return Error{ErrorCode::kConnectRefused, Side::kUpstream, "refused"};
    }
    auto [near_end, far_end] = MemoryTransport::Pair();
    far_ends.push_back(std::move(far_end));
    co_return std::unique_ptr<Transport>(std::move(near_end));
  }

  std::vector<std::string> dialed;
  std::set<std::string> swallows;
  std::set<std::string> refuses;
  std::vector<std::unique_ptr<MemoryTransport>> far_ends;
};

class FakeResolver final : public Resolver {
 public:
  Awaitable<Result<std::vector<SocketAddress>>> Resolve(std::string, std::uint16_t) override {
    co_return addresses;
  }
  std::vector<SocketAddress> addresses = {Address("10.0.0.1:80")};
};

/// One call under way.
struct Call {
  explicit Call(std::string_view method = "GET") {
    exchange.host = "shop";
    exchange.request.method = method;
    exchange.request.target = "/";
    exchange.request.authority = "shop";
  }
  HttpExchange exchange;
  std::optional<Result<void>> done;
};

class HttpClientTest : public testing::Test {
 protected:
  void Start(Call& call) {
    scope_.Spawn(Run(call));
    loop_.RunUntilIdle();
  }
  Awaitable<void> Run(Call& call) { call.done.emplace(co_await client_.Call(call.exchange)); }

  void Answer(std::size_t connection, std::string bytes) {
    const iovec piece{bytes.data(), bytes.size()};
    ASSERT_EQ(*dialer_.far_ends.at(connection)->TryWrite({&piece, 1}), bytes.size());
    loop_.RunUntilIdle();
  }
  void AnswerOk(std::size_t connection) {
    Answer(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
  /// Reads what was sent on a connection.
  std::string TakeRequest(std::size_t connection) {
    std::string bytes(4096, '\0');
    const Result<std::size_t> got = dialer_.far_ends.at(connection)->TryRead(bytes);
    bytes.resize(got ? *got : 0);
    return bytes;
  }
  void Close(std::size_t connection) {
    dialer_.far_ends.at(connection).reset();
    loop_.RunUntilIdle();
  }
  void Advance(Duration time) {
    clock_.Advance(time);
    loop_.RunUntilIdle();
  }

  ManualClock clock_;
  EventLoop loop_{clock_};
  FakeDialer dialer_;
  FakeResolver resolver_;
  HttpClient client_{loop_, dialer_, resolver_};
  TaskScope scope_{loop_};
};

TEST_F(HttpClientTest, KeepsTheConnectionForTheNextCall) {
  Call first;
  Start(first);
  EXPECT_EQ(TakeRequest(0), "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  AnswerOk(0);
  ASSERT_TRUE(first.done && *first.done);
  EXPECT_EQ(first.exchange.response_body, "ok");
  EXPECT_EQ(client_.idle_connections(), 1u);
  Call second;
  Start(second);
  AnswerOk(0);
  EXPECT_TRUE(*second.done);
  EXPECT_EQ(dialer_.dialed.size(), 1u);
}

TEST_F(HttpClientTest, OpensAnotherWhileOneIsBusy) {
  Call first;
  Call second;
  Start(first);
  Start(second);
  EXPECT_EQ(dialer_.dialed.size(), 2u);
  AnswerOk(1);
  AnswerOk(0);
  EXPECT_TRUE(*first.done);
  EXPECT_TRUE(*second.done);
  EXPECT_EQ(client_.idle_connections(), 2u);
}

TEST_F(HttpClientTest, DoesNotTakeAConnectionThatThePeerClosed) {
  Call first;
  Start(first);
  AnswerOk(0);
  Close(0);
  Call second("POST");
  Start(second);
  EXPECT_EQ(dialer_.dialed.size(), 2u);
  AnswerOk(1);
  EXPECT_TRUE(*second.done);
}

TEST_F(HttpClientTest, RepeatsAnIdempotentRequestThatFoundItsConnectionClosed) {
  Call first;
  Start(first);
  AnswerOk(0);
  Call second;
  Start(second);
  Close(0);
  ASSERT_FALSE(second.done.has_value());
  EXPECT_EQ(TakeRequest(1), "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
  AnswerOk(1);
  EXPECT_TRUE(*second.done);
}

TEST_F(HttpClientTest, NeverRepeatsAPost) {
  Call first;
  Start(first);
  AnswerOk(0);
  Call second("POST");
  Start(second);
  Close(0);
  ASSERT_TRUE(second.done.has_value());
  EXPECT_FALSE(*second.done);
  EXPECT_EQ(dialer_.dialed.size(), 1u);
}

TEST_F(HttpClientTest, NeverRepeatsOnceAByteCameBack) {
  Call first;
  Start(first);
  AnswerOk(0);
  Call second;
  Start(second);
  TakeRequest(0);  // what the peer did not read would make its end a reset
  Answer(0, "HTTP/1.1 2");
  Close(0);
  ASSERT_TRUE(second.done.has_value());
  EXPECT_EQ(second.done->error().code, ErrorCode::kClosed);
  EXPECT_EQ(dialer_.dialed.size(), 1u);
}

TEST_F(HttpClientTest, NeverRepeatsOnAFreshConnection) {
  Call call;
  Start(call);
  Close(0);
  ASSERT_TRUE(call.done.has_value());
  EXPECT_FALSE(*call.done);
  EXPECT_EQ(dialer_.dialed.size(), 1u);
}

TEST_F(HttpClientTest, LetsIdleConnectionsGoAfterAWhile) {
  Call call;
  Start(call);
  AnswerOk(0);
  Advance(seconds(29));
  EXPECT_EQ(client_.idle_connections(), 1u);
  Advance(seconds(6));
  EXPECT_EQ(client_.idle_connections(), 0u);
  EXPECT_TRUE(dialer_.far_ends[0]->peer_closed());
}

TEST_F(HttpClientTest, ClosesAConnectionThatWasNotToBeKept) {
  Call call;
  call.exchange.reuse_connection = false;
  Start(call);
  AnswerOk(0);
  EXPECT_TRUE(*call.done);
  EXPECT_TRUE(dialer_.far_ends[0]->peer_closed());
}

TEST_F(HttpClientTest, ClosesAConnectionWhosePeerSaidClose) {
  Call call;
  Start(call);
  Answer(0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(*call.done);
  EXPECT_EQ(client_.idle_connections(), 0u);
}

TEST_F(HttpClientTest, ClosesAConnectionWithUnaskedBytes) {
  Call call;
  Start(call);
  Answer(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n");
  EXPECT_TRUE(*call.done);
  EXPECT_EQ(client_.idle_connections(), 0u);
}

TEST_F(HttpClientTest, EndsAtTheDeadline) {
  Call call;
  call.exchange.deadline = loop_.Now() + seconds(3);
  Start(call);
  Advance(seconds(2));
  EXPECT_FALSE(call.done.has_value());
  Advance(seconds(2));
  ASSERT_TRUE(call.done.has_value());
  EXPECT_EQ(call.done->error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(dialer_.far_ends[0]->peer_closed());
}

TEST_F(HttpClientTest, TriesTheNextAddressWhenOneRefuses) {
  resolver_.addresses = {Address("10.0.0.1:80"), Address("10.0.0.2:80")};
  dialer_.refuses = {"10.0.0.1:80"};
  Call call;
  Start(call);
  EXPECT_THAT(dialer_.dialed, ElementsAre("10.0.0.1:80", "10.0.0.2:80"));
  AnswerOk(0);
  EXPECT_TRUE(*call.done);
}

TEST_F(HttpClientTest, SharesItsTimeAmongAddresses) {
  resolver_.addresses = {Address("10.0.0.1:80"), Address("10.0.0.2:80")};
  dialer_.swallows = {"10.0.0.1:80"};
  Call call;
  call.exchange.deadline = loop_.Now() + seconds(4);
  Start(call);
  Advance(seconds(1));
  EXPECT_EQ(dialer_.dialed.size(), 1u);
  Advance(std::chrono::milliseconds(1100));
  EXPECT_EQ(dialer_.dialed.size(), 2u);
  AnswerOk(0);
  EXPECT_TRUE(*call.done);
}

TEST_F(HttpClientTest, ReportsTheLastAddressWhenAllFail) {
  resolver_.addresses = {Address("10.0.0.1:80"), Address("10.0.0.2:80")};
  dialer_.swallows = {"10.0.0.1:80"};
  dialer_.refuses = {"10.0.0.2:80"};
  Call call;
  Start(call);
  Advance(seconds(11));
  ASSERT_TRUE(call.done.has_value());
  EXPECT_EQ(call.done->error().code, ErrorCode::kConnectRefused);
}

TEST_F(HttpClientTest, ReportsItsDeadlineWhileConnecting) {
  dialer_.swallows = {"10.0.0.1:80"};
  Call call;
  call.exchange.deadline = loop_.Now() + seconds(2);
  Start(call);
  Advance(seconds(3));
  ASSERT_TRUE(call.done.has_value());
  EXPECT_EQ(call.done->error().code, ErrorCode::kTimeout);
}

TEST_F(HttpClientTest, StopsWithItsScope) {
  Call call;
  Start(call);
  scope_.Stop();
  loop_.RunUntilIdle();
  ASSERT_TRUE(call.done.has_value());
  EXPECT_EQ(call.done->error().code, ErrorCode::kStopped);
}

TEST_F(HttpClientTest, RefusesEndlessInterimResponses) {
  Call call;
  Start(call);
  for (int i = 0; i < 17; ++i) Answer(0, "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(call.done.has_value());
  EXPECT_EQ(call.done->error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace outrigger::rpc
