#include "outrigger/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "outrigger/client.h"
#include "tests/embed/raw_socket.h"

namespace outrigger {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kLoopback[] = "127.0.0.1:0";

Response Echo(const Request& request) { return Response::Text(200, request.body); }

Routes EchoRoutes() {
  Routes routes;
  routes.Add("POST", "/echo", Echo);
  routes.Add("GET", "/hello", [](const Request&) { return Response::Text(200, "hello"); });
  routes.Add("GET", "/empty", [](const Request&) { return Response{.status = 204}; });
  routes.Add("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("no"); });
  routes.Add("GET", "/breaks", [](const Request&) {
    Response response = Response::Text(200, "x");
    response.headers.Add("Set-Cookie", "a=1\r\nEvil: 1");
    return response;
  });
  routes.Add("GET", "/no-status", [](const Request&) { return Response::Text(42, "x"); });
  return routes;
}

std::unique_ptr<Server> Started(ServerOptions options, Routes routes) {
  options.address = kLoopback;
  auto server = std::make_unique<Server>(options, std::move(routes));
  EXPECT_TRUE(server->Start()) << server->error();
  return server;
}

std::string Ask(const Server& server, std::string_view bytes) {
  RawSocket socket = RawSocket::Connect(server.port());
  socket.Send(bytes);
  return socket.ReadAll();
}

TEST(ServerTest, ServesSeveralRequestsOnOneConnection) {
  const auto server = Started({}, EchoRoutes());
  RawSocket socket = RawSocket::Connect(server->port());
  for (int i = 0; i < 3; ++i) {
    socket.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = socket.ReadMessage();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
    EXPECT_THAT(answer, HasSubstr(" GMT\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nhello"));
  }
}

TEST(ServerTest, AnswersPipelinedRequestsInOrder) {
  const auto server = Started({}, EchoRoutes());
  RawSocket socket = RawSocket::Connect(server->port());
  socket.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
      "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(socket.ReadMessage(), EndsWith("one"));
  EXPECT_THAT(socket.ReadMessage(), EndsWith("two"));
  EXPECT_THAT(socket.ReadMessage(), EndsWith("hello"));
}

struct RawCase {
  const char* name;
  std::string sent;
  const char* begins;
  const char* ends;
};
void PrintTo(const RawCase& row, std::ostream* out) { *out << row.name; }
class ServerRawTest : public testing::TestWithParam<RawCase> {};

// All of these end with the server closing the connection.
const RawCase kRawCases[] = {
    {"Http10Closes", "GET /hello HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n", "hello"},
    {"CloseIsObeyed", "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 200 OK\r\n", "hello"},
    {"HeadHasNoBody", "HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 200 OK\r\n", "\r\n\r\n"},
    {"NoContentHasNoBody", "GET /empty HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 204 No Content\r\n", "\r\n\r\n"},
    {"UnknownPath", "GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 404 Not Found\r\n", "404 Not Found\n"},
    {"WrongMethod", "DELETE /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 405 Method Not Allowed\r\n", "405 Method Not Allowed\n"},
    {"HandlerThrows", "GET /throws HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 500 Internal Server Error\r\n", "500 Internal Server Error\n"},
    {"HandlerSplitsTheResponse", "GET /breaks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 500 Internal Server Error\r\n", "500 Internal Server Error\n"},
    {"HandlerMakesNoStatus", "GET /no-status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
     "HTTP/1.1 500 Internal Server Error\r\n", "500 Internal Server Error\n"},
    {"NotHttp", "hello there\r\n\r\n", "HTTP/1.1 400 ", ""},
    {"NoHost", "GET /hello HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", ""},
    {"TwoLengths",
     "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
     "HTTP/1.1 400 ", ""},
    {"BadChunk", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     "HTTP/1.1 400 ", ""},
    {"HugeHead", "GET /hello HTTP/1.1\r\nHost: x\r\nA: " + std::string(100'000, 'a') + "\r\n\r\n",
     "HTTP/1.1 431 ", ""},
    {"DeclaredBodyTooLarge", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n",
     "HTTP/1.1 413 ", "413 Content Too Large\n"},
    {"ChunkedBodyTooLarge",
     "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
         std::string(1001, 'a') + "\r\n",
     "HTTP/1.1 413 ", "413 Content Too Large\n"},
};

TEST_P(ServerRawTest, Answers) {
  const auto server = Started({.max_body_bytes = 1000}, EchoRoutes());
  RawSocket socket = RawSocket::Connect(server->port());
  socket.Send(GetParam().sent);
  const std::string answer = socket.ReadAll();
  EXPECT_THAT(answer, StartsWith(GetParam().begins));
  EXPECT_THAT(answer, EndsWith(GetParam().ends));
}
INSTANTIATE_TEST_SUITE_P(Table, ServerRawTest, testing::ValuesIn(kRawCases),
                         [](const auto& row) { return row.param.name; });

TEST(ServerTest, HeadTellsTheLengthThatGetWouldHave) {
  const auto server = Started({}, EchoRoutes());
  const std::string answer =
      Ask(*server, "HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
}

TEST(ServerTest, AsksForTheBodyOfWhoExpectsIt) {
  const auto server = Started({}, EchoRoutes());
  RawSocket socket = RawSocket::Connect(server->port());
  socket.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.Send("body");
  EXPECT_THAT(socket.ReadMessage(), EndsWith("body"));
}

TEST(ServerTest, RefusesALargeBodyBeforeAskingForIt) {
  const auto server = Started({.max_body_bytes = 3}, EchoRoutes());
  const std::string answer =
      Ask(*server,
          "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
}

TEST(ServerTest, ShowsHandlersWhatArrived) {
  Request seen;
  Routes routes;
  routes.Add("*", "/*", [&](const Request& request) {
    seen = request;
    return Response{};
  });
  const auto server = Started({}, std::move(routes));
  Ask(*server,
      "PUT /a%20b?c=d HTTP/1.1\r\nHost: shop:9080\r\nX-One: 1\r\nx-one:  2 \r\nConnection: close, "
      "x-two"
      "\r\nx-two: gone\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.target, "/a%20b?c=d");
  EXPECT_EQ(seen.headers.Get("host"), "shop:9080");
  EXPECT_EQ(seen.headers.GetAll("X-ONE"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_FALSE(seen.headers.Has("connection"));
  EXPECT_FALSE(seen.headers.Has("x-two"));
  EXPECT_EQ(seen.body, "hi");
}

/// A handler that waits until the test lets it go.
struct Gate {
  std::latch entered{1};
  std::latch open{1};
  Handler handler() {
    return [this](const Request&) {
      entered.count_down();
      open.wait();
      return Response::Text(200, "through");
    };
  }
};

TEST(ServerTest, Answers503WhenNoThreadIsFreeAndTheQueueIsFull) {
  Gate gate;
  Routes routes = EchoRoutes();
  routes.Add("GET", "/gate", gate.handler());
  const auto server = Started({.handler_threads = 1, .max_queued_requests = 1}, std::move(routes));
  RawSocket running = RawSocket::Connect(server->port());
  running.Send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.entered.wait();
  // Both are there before either is answered: one waits, the other is too many.
  RawSocket first = RawSocket::Connect(server->port());
  RawSocket second = RawSocket::Connect(server->port());
  first.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  second.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  std::future<std::string> first_answer =
      std::async(std::launch::async, [&] { return first.ReadMessage(); });
  std::future<std::string> second_answer =
      std::async(std::launch::async, [&] { return second.ReadMessage(); });
  while (first_answer.wait_for(milliseconds(1)) != std::future_status::ready &&
         second_answer.wait_for(milliseconds(1)) != std::future_status::ready) {
  }
  gate.open.count_down();
  const std::string one = first_answer.get();
  const std::string two = second_answer.get();
  EXPECT_THAT(one + two, HasSubstr("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(one + two, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(running.ReadMessage(), EndsWith("through"));
}

TEST(ServerTest, GoesOnWhenAClientLeavesDuringItsHandler) {
  Gate gate;
  Routes routes = EchoRoutes();
  routes.Add("GET", "/gate", gate.handler());
  const auto server = Started({.handler_threads = 1}, std::move(routes));
  {
    RawSocket leaving = RawSocket::Connect(server->port());
    leaving.Send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    gate.entered.wait();
  }
  gate.open.count_down();
  EXPECT_THAT(Ask(*server, "GET /hello HTTP/1.0\r\n\r\n"), EndsWith("hello"));
}

TEST(ServerTest, StopLetsRunningRequestsFinish) {
  Gate gate;
  Routes routes;
  routes.Add("GET", "/gate", gate.handler());
  const auto server = Started({}, std::move(routes));
  RawSocket idle = RawSocket::Connect(server->port());
  RawSocket running = RawSocket::Connect(server->port());
  running.Send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.entered.wait();
  std::thread waiting([&] { server->Wait(seconds(20)); });
  server->Stop();
  EXPECT_EQ(idle.ReadAll(), "") << "the drain began: idle connections are closed";
  gate.open.count_down();
  const std::string answer = running.ReadAll();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("through"));
  waiting.join();
}

TEST(ServerTest, StopCutsRequestsThatTakeTooLong) {
  Gate gate;
  Routes routes;
  routes.Add("GET", "/gate", gate.handler());
  const auto server = Started({}, std::move(routes));
  RawSocket running = RawSocket::Connect(server->port());
  running.Send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.entered.wait();
  server->Stop();
  server->Wait(milliseconds(20));
  EXPECT_EQ(running.ReadAll(), "");
  gate.open.count_down();  // the handler may still use what it has: the server waits for it
}

TEST(ServerTest, MayBeStoppedByAHandler) {
  std::unique_ptr<Server> server;
  Routes routes;
  routes.Add("POST", "/stop", [&](const Request&) {
    server->Stop();
    return Response::Text(200, "stopping");
  });
  server = Started({}, std::move(routes));
  std::future<std::string> answer = std::async(std::launch::async, [&, port = server->port()] {
    RawSocket socket = RawSocket::Connect(port);
    socket.Send("POST /stop HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    return socket.ReadAll();
  });
  server->Wait();
  EXPECT_THAT(answer.get(), EndsWith("stopping"));
}

TEST(ServerTest, ClosesConnectionsThatAreIdleTooLong) {
  const auto server = Started({.idle_timeout = milliseconds(20)}, EchoRoutes());
  RawSocket socket = RawSocket::Connect(server->port());
  EXPECT_EQ(socket.ReadAll(), "");
}

TEST(ServerTest, SaysWhyItCannotListen) {
  const auto server = Started({}, {});
  const std::string taken = "127.0.0.1:" + std::to_string(server->port());
  Server second({.address = taken});
  EXPECT_FALSE(second.Start());
  EXPECT_EQ(second.error(), "cannot listen on " + taken + ": Address already in use");
  Server nonsense({.address = "localhost"});
  EXPECT_FALSE(nonsense.Start());
  EXPECT_THAT(nonsense.error(), StartsWith("\"localhost\" is not an address: "));
}

TEST(ServerTest, NeedNotBeStartedNorWaitedFor) {
  { Server never({.address = kLoopback}); }
  { const auto started = Started({}, EchoRoutes()); }
}

TEST(ServerDeathTest, SigtermEndsWait) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const auto server = Started({}, EchoRoutes());
        raise(SIGTERM);
        server->Wait();
        _exit(testing::Test::HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace outrigger
