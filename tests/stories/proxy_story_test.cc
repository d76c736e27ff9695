// The plain life of a request: from a client through the proxy to an endpoint and back.
#include <gtest/gtest.h>

#include "tests/harness/mesh.h"

namespace outrigger::harness {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Behaviour = MemoryNetwork::Behaviour;

constexpr std::string_view kOneEndpoint = R"(
node: {namespace: default, workload: edge}
listeners: [{name: web, address: "10.0.0.100:80", http: {route_table: web}}]
route_tables: [{name: web, virtual_hosts: [{domains: ["*"], routes: [{clusters: [{name: app}]}]}]}]
clusters: [{name: app, endpoints: [{address: 10.0.0.1, port: 80}], service: {host: app.default.svc.cluster.local, name: app, namespace: default}}]
workloads: [{addresses: [10.0.0.1], namespace: default, name: app-v1, app: app, version: v1}]
)";
constexpr const char* kApp = "10.0.0.1:80";

TEST(ProxyStory, ARequestTravelsUpAndItsResponseDown) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET /reviews/7?x=1 HTTP/1.1\r\nHost: app\r\nX-Mixed-Case: Kept\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  EXPECT_EQ(server.Received(),
            "GET /reviews/7?x=1 HTTP/1.1\r\nHost: app\r\nX-Mixed-Case: Kept\r\nx-forwarded-for: "
            "10.0.0.50\r\n"
            "x-forwarded-proto: http\r\n\r\n");
  server.Send("HTTP/1.1 200 Fine\r\nServer: app\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(client.Received(),
            "HTTP/1.1 200 Fine\r\nServer: app\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(mesh.Counter("istio_requests_total",
                         {R"(reporter="source")", R"(destination_workload="app-v1")",
                          R"(destination_version="v1")",
                          R"(destination_service="app.default.svc.cluster.local")",
                          R"(response_code="200")", R"(response_flags="-")"}),
            1);
}

TEST(ProxyStory, BothConnectionsAreReusedForTheNextRequest) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET /1 HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(server.Received().find("GET /"), std::string::npos);
    server.Send("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(client.Received(), "HTTP/1.1 204 No Content\r\n\r\n");
    client.Send("GET /next HTTP/1.1\r\nHost: app\r\n\r\n");
  }
  EXPECT_EQ(mesh.network().dials(), 1u);
}

TEST(ProxyStory, PipelinedRequestsAreAnsweredInOrderOneUpstreamAtATime) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET /1 HTTP/1.1\r\nHost: app\r\n\r\nGET /2 HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  EXPECT_EQ(server.Received().substr(0, 6), "GET /1");
  server.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_EQ(server.Received().substr(0, 6), "GET /2");
  server.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
  EXPECT_EQ(
      client.Received(),
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
}

TEST(ProxyStory, BodiesStreamBothWaysWithoutWaitingForTheirEnd) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("POST /up HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
  Wire server = mesh.network().Accept(kApp);
  EXPECT_NE(server.Received().find("\r\n\r\n5\r\nfirst\r\n"), std::string::npos);
  client.Send("6\r\nsecond\r\n0\r\n\r\n");
  EXPECT_EQ(server.Received(), "6\r\nsecond\r\n0\r\n\r\n");
  server.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  EXPECT_NE(client.Received().find("\r\n\r\n3\r\none\r\n"), std::string::npos);
  server.Send("0\r\n\r\n");
  EXPECT_EQ(client.Received(), "0\r\n\r\n");
}

TEST(ProxyStory, WhatTheClientDoesNotReadIsNotReadFromTheServer) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET /big HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  server.Received();
  server.Send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
  const std::string block(16 * 1024, 'x');
  std::size_t sent = 0;
  while (true) {
    const iovec piece{const_cast<char*>(block.data()), block.size()};
    const Result<std::size_t> put = server.transport().TryWrite({&piece, 1});
    ASSERT_TRUE(put.has_value());
    if (*put == 0) break;
    sent += *put;
    mesh.loop().RunUntilIdle();
  }
  // The two wires hold 64 KiB each, the proxy at most one read more.
  EXPECT_LE(sent, 3u * 64 * 1024 + block.size());
  EXPECT_GE(client.Received().size(), 128u * 1024);
}

TEST(ProxyStory, AnHttp10ClientGetsABodyThatEndsWithTheConnection) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET / HTTP/1.0\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  server.Received();
  server.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  const std::string got = client.Received();
  EXPECT_EQ(got.find("ransfer-"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\nabc")) << got;
  EXPECT_TRUE(client.closed_by_proxy());
}

TEST(ProxyStory, InterimResponsesArePassedOnBeforeTheFinalOne) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("POST / HTTP/1.1\r\nHost: app\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  EXPECT_NE(server.Received().find("Expect: 100-continue"), std::string::npos);
  server.Send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.Received(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ok");
  EXPECT_EQ(server.Received(), "ok");
  server.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.Received(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST(ProxyStory, AnAnswerBeforeTheEndOfTheRequestIsDeliveredAndTheConnectionClosed) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 1000\r\n\r\npart");
  Wire server = mesh.network().Accept(kApp);
  server.Received();
  server.Send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  const std::string got = client.Received();
  EXPECT_EQ(got.substr(0, 12), "HTTP/1.1 413");
  EXPECT_NE(got.find("onnection: close"), std::string::npos);
  client.Send("more of the body");  // lingering: still read, and dropped
  mesh.Advance(seconds(6));
  EXPECT_EQ(mesh.worker().active(), 0u);
}

TEST(ProxyStory, AfterAnUpgradeRawBytesFlowBothWaysUntilBothSidesFinished) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send(
      "GET /chat HTTP/1.1\r\nHost: app\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  const std::string request = server.Received();
  EXPECT_NE(request.find("pgrade: websocket"), std::string::npos) << request;
  server.Send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello "
      "from server");
  const std::string reply = client.Received();
  EXPECT_EQ(reply.substr(0, 12), "HTTP/1.1 101");
  EXPECT_TRUE(reply.ends_with("\r\n\r\nhello from server")) << reply;
  client.Send("hello from client");
  EXPECT_EQ(server.Received(), "hello from client");
  client.Finish();
  server.Send("still talking");
  EXPECT_EQ(client.Received(), "still talking");
  server.Finish();
  EXPECT_EQ(mesh.worker().active(), 0u);
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_code="101")"}), 1);
}

TEST(ProxyStory, ASwitchOfProtocolsNobodyAskedForIsAnUpstreamError) {
  for (const std::string_view request : {"GET / HTTP/1.1\r\nHost: app\r\n\r\n",
                                         "POST / HTTP/1.1\r\nHost: app\r\nConnection: "
                                         "upgrade\r\nUpgrade: x\r\nContent-Length: 10\r\n\r\n"}) {
    Mesh mesh(kOneEndpoint);
    Wire client = mesh.Connect("web");
    client.Send(request);
    Wire server = mesh.network().Accept(kApp);
    server.Received();
    server.Send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 502");
    EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="UPE")"}), 1);
  }
}

TEST(ProxyStory, ATunnelOutlivesTheRoutesTimeout) {
  std::string config(kOneEndpoint);
  config.replace(config.find("{clusters: [{name: app}]}"), 25,
                 "{timeout: 1s, clusters: [{name: app}]}");
  Mesh mesh(config);
  Wire client = mesh.Connect("web");
  client.Send("GET / HTTP/1.1\r\nHost: app\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  server.Send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  client.Received();
  mesh.Advance(hours(5));
  server.Send("late");
  EXPECT_EQ(client.Received(), "late");
}

TEST(ProxyStory, WhenTheClientLeavesTheUpstreamWorkIsCancelledAndCountedAsDc) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET /slow HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  server.Received();
  client.Close();
  EXPECT_TRUE(server.closed_by_proxy());
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="0")", R"(response_flags="DC")"}), 1);
}

TEST(ProxyStory, AResponseCutShortIsCutForTheClientToo) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET / HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  server.Received();
  server.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  server.Close();
  EXPECT_TRUE(client.closed_by_proxy());
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="200")", R"(response_flags="UC")"}),
      1);
}

TEST(ProxyStory, MalformedRequestsAreAnsweredCountedAndTheConnectionClosed) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send(
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 400");
  client.Finish();
  EXPECT_EQ(mesh.worker().active(), 0u);
  EXPECT_EQ(mesh.network().dials(), 0u);
  EXPECT_EQ(mesh.Counter("outrigger_router_local_replies_total", {R"(reason="bad_request")"}), 1);
  EXPECT_EQ(mesh.Counter("istio_requests_total"), 0);
}

TEST(ProxyStory, AHeadThatDripsInIsAnswered408) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET / HTT");
  mesh.Advance(milliseconds(9'900));
  EXPECT_EQ(client.Received(), "");
  mesh.Advance(milliseconds(200));
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 408");
}

TEST(ProxyStory, IdleConnectionsEndAfterTheIdleTimeout) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  mesh.Advance(hours(1) - seconds(1));
  EXPECT_FALSE(client.closed_by_proxy());
  mesh.Advance(seconds(2));
  EXPECT_TRUE(client.closed_by_proxy());
}

TEST(ProxyStory, DrainEndsIdleConnectionsAndLetsStreamsFinish) {
  Mesh mesh(kOneEndpoint);
  Wire idle = mesh.Connect("web");
  Wire busy = mesh.Connect("web");
  busy.Send("GET / HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire server = mesh.network().Accept(kApp);
  server.Received();
  mesh.worker().Drain();
  mesh.loop().RunUntilIdle();
  EXPECT_TRUE(idle.closed_by_proxy());
  EXPECT_FALSE(busy.closed_by_proxy());
  server.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_NE(busy.Received().find("onnection: close"), std::string::npos);
  EXPECT_EQ(mesh.worker().active(), 0u);
}

TEST(ProxyStory, AChangeOfConfigurationTouchesNewStreamsOnly) {
  Mesh mesh(kOneEndpoint);
  Wire client = mesh.Connect("web");
  client.Send("GET /before HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire before = mesh.network().Accept(kApp);
  before.Received();
  std::string changed(kOneEndpoint);
  changed.replace(changed.find("address: 10.0.0.1, port: 80"), 27, "address: 10.0.0.2, port: 80");
  mesh.Apply(changed);
  before.Send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
  EXPECT_NE(client.Received().find("old"), std::string::npos);
  client.Send("GET /after HTTP/1.1\r\nHost: app\r\n\r\n");
  Wire after = mesh.network().Accept("10.0.0.2:80");
  EXPECT_EQ(after.Received().substr(0, 10), "GET /after");
}

/// Whatever operation fails on either leg, the exchange ends, is counted once, and nothing is left
/// behind.
TEST(ProxyStory, FailingAtEveryOperationOfEitherLegLeavesNothingBehind) {
  for (const bool fail_client : {true, false}) {
    std::size_t failures = 0;
    for (std::size_t n = 1;; ++n) {
      Mesh mesh(kOneEndpoint);
      if (!fail_client) mesh.network().FailOnOperation(n);
      Wire client = mesh.Connect("web", {}, fail_client ? n : 0);
      const std::string request =
          "POST / HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
      for (std::size_t at = 0; at < request.size() && !client.closed_by_proxy(); at += 20) {
        client.Send(std::string_view(request).substr(at, 20));
      }
      if (mesh.network().waiting(kApp) > 0) {
        Wire server = mesh.network().Accept(kApp);
        if (!server.closed_by_proxy())
          server.Send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
        if (!server.closed_by_proxy()) server.Send("def");
        mesh.loop().RunUntilIdle();
      }
      const bool complete = client.Received().ends_with("abcdef");
      client.Close();
      mesh.Advance(seconds(10));
      ASSERT_EQ(mesh.worker().active(), 0u) << "operation " << n;
      ASSERT_LE(mesh.Counter("istio_requests_total"), 1) << "operation " << n;
      if (complete) break;
      ++failures;
      ASSERT_LT(n, 100u) << "the exchange never succeeds";
    }
    EXPECT_GE(failures, 4u);
  }
}

}  // namespace
}  // namespace outrigger::harness
