#include "outrigger/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "outrigger/server.h"
#include "tests/embed/raw_socket.h"

namespace outrigger {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kHost[] = "127.0.0.1";

/// Reads a request head and answers it with `bytes`.
ScriptedServer::Script Says(std::string bytes) {
  return [bytes = std::move(bytes)](RawSocket& socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send(bytes);
  };
}

std::unique_ptr<Server> EchoServer(ServerOptions options = {}) {
  options.address = "127.0.0.1:0";
  Routes routes;
  routes.Add("*", "/echo", [](const Request& request) {
    Response response = Response::Text(200, request.body);
    response.headers.Set("X-Method", request.method);
    response.headers.Set("X-Tag", request.headers.Get("X-Tag"));
    return response;
  });
  auto server = std::make_unique<Server>(options, std::move(routes));
  EXPECT_TRUE(server->Start()) << server->error();
  return server;
}

std::string Noise(std::size_t size) {
  std::string noise(size, '\0');
  std::uint32_t state = 1;
  std::generate(noise.begin(), noise.end(), [&] {
    state = state * 1664525 + 1013904223;
    return static_cast<char>(state >> 24);
  });
  return noise;
}

TEST(ClientTest, SendsARequestAndReadsTheResponse) {
  std::string seen;
  CallResult result;
  {
    ScriptedServer server({[&](RawSocket& socket) {
      seen = socket.ReadMessage();
      socket.Send("HTTP/1.1 201 Made\r\nX-A: 1\r\nContent-Length: 4\r\n\r\nbody");
    }});
    Request request{.method = "POST", .target = "/a?b=c", .body = "hello"};
    request.headers.Add("X-Tag", "t");
    request.headers.Add("Content-Length", "999");  // the engine's to write
    request.headers.Add("Connection", "close");
    result = Client().Call(kHost, server.port(), request);
    EXPECT_EQ(seen, "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                        "\r\nX-Tag: t\r\nContent-Length: 5\r\n\r\nhello");
  }
  ASSERT_TRUE(result.ok()) << result.error;
  EXPECT_EQ(result.response.status, 201);
  EXPECT_EQ(result.response.headers.Get("x-a"), "1");
  EXPECT_EQ(result.response.body, "body");
  EXPECT_EQ(result.error, "");
}

struct ResponseCase {
  const char* name;
  const char* method;
  std::string answer;
  CallFailure failure;
  int status;
  const char* body;
};
void PrintTo(const ResponseCase& row, std::ostream* out) { *out << row.name; }
class ClientResponseTest : public testing::TestWithParam<ResponseCase> {};

const ResponseCase kResponses[] = {
    {"Sized", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", CallFailure::kNone, 200,
     "hi"},
    {"Chunked", "GET",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1;x=y\r\ni\r\n0\r\nT: "
     "1\r\n\r\n",
     CallFailure::kNone, 200, "hi"},
    {"UntilClose", "GET", "HTTP/1.0 200 OK\r\n\r\nhi", CallFailure::kNone, 200, "hi"},
    {"HeadHasNoBody", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", CallFailure::kNone,
     200, ""},
    {"NoContent", "GET", "HTTP/1.1 204 No Content\r\n\r\n", CallFailure::kNone, 204, ""},
    {"RedirectIsReturned", "GET", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
     CallFailure::kNone, 302, ""},
    {"InterimIsSkipped", "GET",
     "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     CallFailure::kNone, 200, ""},
    {"NothingAtAll", "GET", "", CallFailure::kClosed, 0, ""},
    {"HalfAHead", "GET", "HTTP/1.1 200 OK\r\nConte", CallFailure::kClosed, 0, ""},
    {"HalfABody", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", CallFailure::kClosed, 0,
     ""},
    {"HalfAChunk", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhi",
     CallFailure::kClosed, 0, ""},
    {"NotHttp", "GET", "SSH-2.0-OpenSSH\r\n\r\n", CallFailure::kProtocol, 0, ""},
    {"TwoLengths", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
     CallFailure::kProtocol, 0, ""},
    {"OtherProtocol", "GET",
     "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
     CallFailure::kProtocol, 0, ""},
    {"TooLarge", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'a'),
     CallFailure::kTooLarge, 0, ""},
};

TEST_P(ClientResponseTest, IsReadOrExplained) {
  ScriptedServer server({Says(GetParam().answer)});
  const CallResult result =
      Client().Call(kHost, server.port(), {.method = GetParam().method}, {.max_body_bytes = 100});
  EXPECT_EQ(result.failure, GetParam().failure) << result.error;
  if (GetParam().failure == CallFailure::kNone) {
    EXPECT_EQ(result.response.status, GetParam().status);
    EXPECT_EQ(result.response.body, GetParam().body);
  } else {
    EXPECT_THAT(result.error, StartsWith("127.0.0.1:" + std::to_string(server.port()) + ": "));
  }
}
INSTANTIATE_TEST_SUITE_P(Table, ClientResponseTest, testing::ValuesIn(kResponses),
                         [](const auto& row) { return row.param.name; });

struct BadCase {
  const char* name;
  Request request;
  const char* says;
};
void PrintTo(const BadCase& row, std::ostream* out) { *out << row.name; }
class ClientBadRequestTest : public testing::TestWithParam<BadCase> {};

Request WithField(std::string name, std::string value) {
  Request request;
  request.headers.Add(name, value);
  return request;
}

const BadCase kBadRequests[] = {
    {"Method", {.method = "GET /"}, "is not a method"},
    {"Connect", {.method = "CONNECT"}, "not supported"},
    {"EmptyTarget", {.target = ""}, "does not begin with '/'"},
    {"TargetWithSpace", {.target = "/a b"}, "percent-encoded"},
    {"TargetWithLineEnd", {.target = "/a\r\nX: 1"}, "percent-encoded"},
    {"FieldName", WithField("X Y", "1"), "cannot be sent"},
    {"FieldValueWithLineEnd", WithField("X", "1\r\nEvil: 1"), "cannot be sent"},
    {"HostField", WithField("Host", "a/b"), "is not a host"},
};

TEST_P(ClientBadRequestTest, IsNotSent) {
  const DeafPort nobody;
  const CallResult result = Client().Call(kHost, nobody.port(), GetParam().request);
  EXPECT_EQ(result.failure, CallFailure::kBadRequest);
  EXPECT_THAT(result.error, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(Table, ClientBadRequestTest, testing::ValuesIn(kBadRequests),
                         [](const auto& row) { return row.param.name; });

TEST(ClientTest, KeepsConnections) {
  ScriptedServer server({[](RawSocket& socket) {
    for (int i = 0; i < 3; ++i) {
      socket.ReadUntil("\r\n\r\n");
      socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(i));
    }
  }});
  Client client;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.Call(kHost, server.port(), {}).response.body, std::to_string(i));
  }
}

TEST(ClientTest, TakesAConnectionOfItsOwnWhenAsked) {
  const auto script = [](RawSocket& socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(socket.ReadAll(), "") << "closed afterwards, not kept";
  };
  ScriptedServer server({script, script});
  Client client;
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(client.Call(kHost, server.port(), {}, {.reuse_connection = false}).ok());
  }
}

TEST(ClientTest, SaysWhenNobodyListens) {
  const DeafPort nobody;
  const CallResult result = Client().Call(kHost, nobody.port(), {});
  EXPECT_EQ(result.failure, CallFailure::kConnect);
  EXPECT_THAT(result.error, HasSubstr("refused"));
}

TEST(ClientTest, SaysWhenANameHasNoAddress) {
  Request request;
  request.headers.Add("Host", "x");
  const CallResult result = Client().Call(std::string(300, 'a'), 80, request);
  EXPECT_EQ(result.failure, CallFailure::kResolve) << result.error;
}

TEST(ClientTest, ResolvesNamesAndTriesEveryAddress) {
  const auto server = EchoServer();  // on IPv4; localhost is usually ::1 as well
  const CallResult result = Client().Call("localhost", server->port(), {.target = "/echo"});
  EXPECT_TRUE(result.ok()) << result.error;
}

TEST(ClientTest, GivesUpAtItsTimeout) {
  std::latch done(1);
  ScriptedServer server({[&](RawSocket& socket) {
    socket.ReadUntil("\r\n\r\n");
    done.wait();
  }});
  const auto start = std::chrono::steady_clock::now();
  const CallResult result = Client().Call(kHost, server.port(), {}, {.timeout = milliseconds(30)});
  done.count_down();
  EXPECT_EQ(result.failure, CallFailure::kTimeout) << result.error;
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(30));
}

TEST(ClientTest, TimesOutInTheMiddleOfABody) {
  std::latch done(1);
  ScriptedServer server({[&](RawSocket& socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    done.wait();
  }});
  const CallResult result = Client().Call(kHost, server.port(), {}, {.timeout = milliseconds(30)});
  done.count_down();
  EXPECT_EQ(result.failure, CallFailure::kTimeout) << result.error;
}

TEST(ClientTest, MovesLargeBodiesBothWays) {
  const auto server = EchoServer();
  const std::string body = Noise(12u << 20);
  const CallResult result =
      Client().Call(kHost, server->port(), {.method = "POST", .target = "/echo", .body = body});
  ASSERT_TRUE(result.ok()) << result.error;
  EXPECT_TRUE(result.response.body == body);  // not EXPECT_EQ: nobody wants to read the difference
}

// The server answers as it reads; who sends all before reading anything would wait forever.
TEST(ClientTest, ReadsWhileItSends) {
  const std::string body = Noise(16u << 20);
  ScriptedServer server({[&](RawSocket& socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    for (std::size_t moved = 0; moved < body.size();) {
      const std::string part = socket.Read(std::min<std::size_t>(64 * 1024, body.size() - moved));
      if (part.empty()) break;
      socket.Send(part);
      moved += part.size();
    }
  }});
  const CallResult result = Client().Call(kHost, server.port(), {.method = "POST", .body = body});
  ASSERT_TRUE(result.ok()) << result.error;
  EXPECT_TRUE(result.response.body == body);
}

TEST(ClientTest, TakesAnAnswerThatComesBeforeTheBodyIsSent) {
  const auto server = EchoServer({.max_body_bytes = 1000});
  Client client;
  for (int i = 0; i < 3; ++i) {
    const CallResult result =
        client.Call(kHost, server->port(),
                    {.method = "POST", .target = "/echo", .body = std::string(600'000, 'a')});
    ASSERT_TRUE(result.ok()) << result.error;
    EXPECT_EQ(result.response.status, 413);
  }
}

TEST(ClientTest, ServesManyThreadsAtOnce) {
  const auto server = EchoServer({.handler_threads = 4});
  Client client;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        Request request{.method = i % 3 == 0 ? "GET" : "POST", .target = "/echo"};
        const std::string tag = std::to_string(t) + "-" + std::to_string(i);
        request.headers.Add("X-Tag", tag);
        if (i % 3 != 0) request.body = tag + std::string(static_cast<std::size_t>(i) * 300, 'x');
        const std::string body = request.body;
        const CallResult result = client.Call(kHost, server->port(), std::move(request),
                                              {.reuse_connection = i % 5 != 0});
        if (!result.ok() || result.response.headers.Get("X-Tag") != tag ||
            result.response.body != body) {
          ++failures;
          ADD_FAILURE() << result.error;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

TEST(ClientTest, FailsQuicklyWhenTheServerStopsMeanwhile) {
  auto server = EchoServer({.handler_threads = 2});
  const std::uint16_t port = server->port();
  Client client;
  std::atomic<int> answered = 0;
  std::latch some(20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (true) {
        const CallResult result = client.Call(kHost, port, {.target = "/echo"});
        if (!result.ok()) break;
        if (answered.fetch_add(1) < 20) some.count_down();
      }
    });
  }
  some.wait();
  server.reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(answered, 20);
}

TEST(ClientUrlTest, GetsUrls) {
  std::string seen;
  ScriptedServer server({[&](RawSocket& socket) {
    seen = socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }});
  const std::string authority = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_TRUE(Client().Get("http://" + authority + "?a=b#fragment").ok());
  EXPECT_EQ(seen, "GET /?a=b HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
}

TEST(ClientUrlTest, RefusesWhatItCannotCall) {
  for (const char* url : {"", "127.0.0.1", "https://x/", "http://", "http:///a", "http://x:0/",
                          "http://x:99999/", "http://x:1a/", "http://x/a b"}) {
    const CallResult result = Client().Get(url);
    EXPECT_EQ(result.failure, CallFailure::kBadRequest) << url << ": " << result.error;
  }
}

}  // namespace
}  // namespace outrigger
