// What routes do: choice, rewriting, local answers, faults, timeouts and retries.
#include <gtest/gtest.h>

#include "tests/harness/mesh.h"

namespace outrigger::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Behaviour = MemoryNetwork::Behaviour;

/// One listener whose only virtual host has the given routes; clusters v1 and v2 with an endpoint
/// each, `pair` with two.
std::string WithRoutes(const std::string& routes, const std::string& direction = "outbound") {
  return R"(
node: {namespace: default, workload: client-v1}
listeners: [{name: web, direction: )" +
         direction + R"(, address: "10.0.0.100:80", http: {route_table: web}}]
route_tables:
- name: web
  virtual_hosts:
  - domains: ["reviews", "*.reviews"]
    routes:
)" + routes +
         R"(
clusters:
- {name: v1, endpoints: [{address: 10.0.0.1, port: 80}], service: {host: reviews.default.svc.cluster.local, name: reviews, namespace: default}}
- {name: v2, endpoints: [{address: 10.0.0.2, port: 80}], service: {host: reviews.default.svc.cluster.local, name: reviews, namespace: default}}
- {name: pair, load_balancer: round_robin, endpoints: [{address: 10.0.0.1, port: 80}, {address: 10.0.0.2, port: 80}]}
- {name: empty}
)";
}

std::string Get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: reviews\r\n" + more + "\r\n";
}

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(RoutingStory, TheFirstMatchingRouteWins) {
  Mesh mesh(WithRoutes(R"(
    - {match: {headers: [{name: end-user, value: {exact: jason}}]}, clusters: [{name: v2}]}
    - {clusters: [{name: v1}]})"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/", "End-User: jason\r\n"));
  Wire v2 = mesh.network().Accept("10.0.0.2:80");
  v2.Send(kOk);
  EXPECT_NE(client.Received().find("ok"), std::string::npos);
  client.Send(Get("/", "end-user: Jason\r\n"));
  mesh.network().Accept("10.0.0.1:80").Received();
}

TEST(RoutingStory, NoVirtualHostOrRouteIs404WithFlagNr) {
  Mesh mesh(WithRoutes("    - {match: {path: {prefix: /foo}}, clusters: [{name: v1}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/bar"));
  EXPECT_EQ(client.Received(), "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  client.Send("GET /foo HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 404");
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="404")", R"(response_flags="NR")",
                                            R"(destination_workload="unknown")",
                                            R"(destination_canonical_revision="latest")"}),
      2);
}

TEST(RoutingStory, AMissingClusterIs503Nc) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: v9}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 503");
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="NC")"}), 1);
}

TEST(RoutingStory, AClusterWithoutEndpointsIs503UhAndSaysSo) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: empty}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  EXPECT_TRUE(client.Received().ends_with("no healthy upstream"));
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="503")", R"(response_flags="UH")"}),
      1);
}

TEST(RoutingStory, RedirectsAndDirectResponsesNeedNoUpstream) {
  Mesh mesh(WithRoutes(R"(
    - {match: {path: {exact: /old}}, redirect: {path: /new, authority: b.com}}
    - {match: {path: {exact: /tls}}, redirect: {scheme: https, status: 308}}
    - {match: {path: {exact: /port}}, redirect: {scheme: https, port: 8443}}
    - {direct_response: {status: 503, body: down}})"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/old?q=1"));
  EXPECT_NE(client.Received().find("301 Moved Permanently\r\nlocation: http://b.com/new?q=1\r\n"),
            std::string::npos);
  client.Send(Get("/tls?q=1"));
  EXPECT_NE(client.Received().find("location: https://reviews/tls?q=1\r\n"), std::string::npos);
  client.Send(Get("/port"));
  EXPECT_NE(client.Received().find("location: https://reviews:8443/port\r\n"), std::string::npos);
  client.Send(Get("/else"));
  EXPECT_TRUE(client.Received().ends_with("down"));
  EXPECT_EQ(mesh.network().dials(), 0u);
}

TEST(RoutingStory, RewritesChangeWhatTheUpstreamSees) {
  Mesh mesh(WithRoutes(R"(
    - {match: {path: {prefix: /api/}}, rewrite: {path: /, authority: x.y}, clusters: [{name: v1}]}
    - {rewrite: {regex: {pattern: "^/service/([^/]+)(/.*)$", substitution: '\2/inst/\1'}}, clusters: [{name: v1}]})"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/api/v1/u?x=1"));
  Wire server = mesh.network().Accept("10.0.0.1:80");
  const std::string first = server.Received();
  EXPECT_EQ(first.substr(0, first.find("\r\n\r\n")),
            "GET /v1/u?x=1 HTTP/1.1\r\nHost: x.y\r\nx-envoy-original-path: /api/v1/u?x=1");
  server.Send(kOk);
  client.Received();
  client.Send(Get("/service/foo/v1/api"));
  EXPECT_EQ(server.Received().substr(0, 33), "GET /v1/api/inst/foo HTTP/1.1\r\nHo");
}

TEST(RoutingStory, HeaderOperationsRemoveThenSetThenAdd) {
  Mesh mesh(WithRoutes(R"(
    - request_headers: {set: [{name: x, value: "1"}], add: [{name: y, value: b}], remove: [z]}
      response_headers: {add: [{name: via, value: outrigger}]}
      clusters: [{name: v1}])"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/", "x: 0\r\ny: a\r\nz: q\r\n"));
  Wire server = mesh.network().Accept("10.0.0.1:80");
  EXPECT_EQ(server.Received(), "GET / HTTP/1.1\r\nHost: reviews\r\nx: 1\r\ny: a\r\ny: b\r\n\r\n");
  server.Send(kOk);
  EXPECT_NE(client.Received().find("via: outrigger\r\n"), std::string::npos);
}

TEST(RoutingStory, WeightsShareTheTraffic) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: v1, weight: 30}, {name: v2, weight: 10}]}"));
  int to_v1 = 0;
  for (int i = 0; i < 400; ++i) {
    Wire client = mesh.Connect("web");
    client.Send(Get("/"));
    const bool v1 = mesh.network().waiting("10.0.0.1:80") > 0;
    to_v1 += v1 ? 1 : 0;
    Wire server = mesh.network().Accept(v1 ? "10.0.0.1:80" : "10.0.0.2:80");
    server.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    client.Close();
  }
  EXPECT_NEAR(to_v1, 300, 45);
}

TEST(RoutingStory, RetriesOnAnotherEndpointWhenTheFirstRefuses) {
  Mesh mesh(WithRoutes(
      "    - {clusters: [{name: pair}], retry: {attempts: 2, retry_on: [connect-failure]}}"));
  mesh.network().Set("10.0.0.1:80", Behaviour::kRefuse);
  Wire client = mesh.Connect("web");
  client.Send("POST / HTTP/1.1\r\nHost: reviews\r\nContent-Length: 4\r\n\r\nbody");
  mesh.Advance(milliseconds(300));  // back-off
  Wire server = mesh.network().Accept("10.0.0.2:80");
  EXPECT_TRUE(server.Received().ends_with("body"));  // it never left before, so a POST may go again
  server.Send(kOk);
  EXPECT_NE(client.Received().find("200 OK"), std::string::npos);
  EXPECT_EQ(mesh.Counter("outrigger_router_retries_total", {R"(cluster="pair")"}), 1);
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="200")", R"(response_flags="-")"}), 1);
}

TEST(RoutingStory, RefusedEverywhereIs503WithFlagsUrxUf) {
  Mesh mesh(WithRoutes(
      "    - {clusters: [{name: pair}], retry: {attempts: 2, retry_on: [connect-failure]}}"));
  mesh.network().Set("10.0.0.1:80", Behaviour::kRefuse);
  mesh.network().Set("10.0.0.2:80", Behaviour::kRefuse);
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  for (int i = 0; i < 5; ++i) mesh.Advance(milliseconds(250));
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 503");
  EXPECT_EQ(mesh.network().dials(), 3u);
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="URX,UF")"}), 1);
}

TEST(RoutingStory, NoMoreRetriesRunAtOnceThanTheClusterAllows) {
  std::string config = WithRoutes(
      "    - {clusters: [{name: v1}], retry: {attempts: 1, retry_on: [connect-failure]}}");
  config.replace(config.find("{name: v1, endpoints"), 9,
                 "{name: v1, connection_pool: {max_retries: 1}");
  Mesh mesh(config);
  mesh.network().Set("10.0.0.1:80", Behaviour::kRefuse);
  Wire first = mesh.Connect("web");
  Wire second = mesh.Connect("web");
  first.Send(Get("/"));   // backs off for its retry
  second.Send(Get("/"));  // finds no place
  EXPECT_EQ(second.Received().substr(0, 12), "HTTP/1.1 503");
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="UO,UF")"}), 1);
  mesh.Advance(milliseconds(300));
  EXPECT_EQ(first.Received().substr(0, 12), "HTTP/1.1 503");
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="URX,UF")"}), 1);
}

TEST(RoutingStory, AServerErrorIsRetriedOnlyWhenAskedForAndKeepsItsStatus) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: v1}], retry: {attempts: 1, retry_on: [5xx]}}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    Wire server = mesh.network().Accept("10.0.0.1:80");
    server.Received();
    server.Send("HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 4\r\n\r\noops");
    mesh.Advance(milliseconds(300));
  }
  EXPECT_TRUE(client.Received().ends_with("oops"));
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="500")", R"(response_flags="URX")"}),
      1);
}

TEST(RoutingStory, APostThatMayHaveReachedTheAppIsNeverRepeated) {
  Mesh mesh(
      WithRoutes("    - {clusters: [{name: v1}], retry: {attempts: 3, retry_on: [5xx, reset, "
                 "connect-failure]}}"));
  Wire client = mesh.Connect("web");
  client.Send("POST / HTTP/1.1\r\nHost: reviews\r\nContent-Length: 4\r\n\r\nbody");
  Wire server = mesh.network().Accept("10.0.0.1:80");
  server.Received();
  server.Close(true);
  mesh.Advance(seconds(1));
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 503");
  EXPECT_EQ(mesh.network().dials(), 1u);
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="UC")"}), 1);
}

TEST(RoutingStory, APooledConnectionThatClosesAsWeWriteIsReplacedForAGetNotForAPost) {
  for (const bool post : {false, true}) {
    Mesh mesh(WithRoutes("    - {clusters: [{name: v1}]}"));
    Wire client = mesh.Connect("web");
    client.Send(Get("/first"));
    Wire server = mesh.network().Accept("10.0.0.1:80");
    server.Send(kOk);
    client.Received();
    client.Send(post ? "POST / HTTP/1.1\r\nHost: reviews\r\nContent-Length: 0\r\n\r\n"
                     : Get("/second"));
    server.Close();  // instead of an answer
    if (post) {
      EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 503");
      EXPECT_EQ(mesh.network().dials(), 1u);
    } else {
      Wire again = mesh.network().Accept("10.0.0.1:80");
      EXPECT_EQ(again.Received().substr(0, 11), "GET /second");
    }
  }
}

TEST(RoutingStory, TheRoutesTimeoutAnswers504AndCancelsTheUpstream) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: v1}], timeout: 1s}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  Wire server = mesh.network().Accept("10.0.0.1:80");
  mesh.Advance(milliseconds(999));
  EXPECT_EQ(client.Received(), "");
  mesh.Advance(milliseconds(2));
  EXPECT_TRUE(client.Received().ends_with("upstream request timeout"));
  EXPECT_TRUE(server.closed_by_proxy());
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="504")", R"(response_flags="UT")"}),
      1);
}

TEST(RoutingStory, EachTryHasItsOwnTimeout) {
  Mesh mesh(WithRoutes(R"(
    - {clusters: [{name: v1}], timeout: 10s, retry: {attempts: 2, per_try_timeout: 1s, retry_on: [gateway-error]}})"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  for (int i = 0; i < 40; ++i) mesh.Advance(milliseconds(100));
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 504");
  EXPECT_EQ(mesh.network().dials(), 3u);
  EXPECT_EQ(mesh.Counter("istio_requests_total", {R"(response_flags="URX,UT")"}), 1);
}

TEST(RoutingStory, TheRoutesTimeoutEndsARequestWhoseTriesTakeJustAsLong) {
  Mesh mesh(WithRoutes(
      R"(
    - {clusters: [{name: v1}], timeout: 40ms, retry: {attempts: 5, per_try_timeout: 40ms, retry_on: [gateway-error]}})"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  mesh.Advance(milliseconds(41));
  EXPECT_EQ(client.Received().substr(0, 12), "HTTP/1.1 504");
  EXPECT_EQ(mesh.network().dials(), 1u);
}

TEST(RoutingStory, AConnectTimeoutIs503Uf) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: v1}]}"));
  mesh.network().Set("10.0.0.1:80", Behaviour::kHang);
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  mesh.Advance(seconds(11));
  EXPECT_TRUE(client.Received().ends_with("connection timed out"));
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="503")", R"(response_flags="UF")"}),
      1);
}

TEST(RoutingStory, AnInjectedAbortAnswersWithoutAnUpstream) {
  Mesh mesh(
      WithRoutes("    - {fault: {abort: {status: 400, percent: 100}}, clusters: [{name: v1}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  EXPECT_TRUE(client.Received().ends_with("fault filter abort"));
  EXPECT_EQ(mesh.network().dials(), 0u);
  EXPECT_EQ(mesh.Counter("istio_requests_total",
                         {R"(response_code="400")", R"(response_flags="FI")",
                          R"(destination_workload="unknown")",
                          R"(destination_service="reviews.default.svc.cluster.local")"}),
            1);
}

TEST(RoutingStory, AnInjectedDelayComesBeforeTheRoutesTimeout) {
  Mesh mesh(WithRoutes(
      "    - {fault: {delay: {duration: 2s, percent: 100}}, timeout: 1s, clusters: [{name: v1}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  mesh.Advance(milliseconds(1'999));
  EXPECT_EQ(mesh.network().dials(), 0u);
  mesh.Advance(milliseconds(2));
  Wire server = mesh.network().Accept("10.0.0.1:80");
  server.Send(kOk);
  EXPECT_NE(client.Received().find("200 OK"), std::string::npos);
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="200")", R"(response_flags="DI")"}),
      1);
}

TEST(RoutingStory, AClientThatLeavesDuringADelayEndsIt) {
  Mesh mesh(
      WithRoutes("    - {fault: {delay: {duration: 7s, percent: 100}}, clusters: [{name: v1}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/"));
  client.Close();
  EXPECT_EQ(mesh.worker().active(), 0u);
  EXPECT_EQ(
      mesh.Counter("istio_requests_total", {R"(response_code="0")", R"(response_flags="DI,DC")"}),
      1);
}

TEST(RoutingStory, PeerMetadataOfOthersNeverReachesTheApp) {
  Mesh mesh(WithRoutes("    - {clusters: [{name: v1}]}"));
  Wire client = mesh.Connect("web");
  client.Send(Get("/", "x-envoy-peer-metadata: Zm9v\r\nX-Envoy-Peer-Metadata-Id: sidecar~1\r\n"));
  Wire server = mesh.network().Accept("10.0.0.1:80");
  EXPECT_EQ(server.Received(), "GET / HTTP/1.1\r\nHost: reviews\r\n\r\n");
}

}  // namespace
}  // namespace outrigger::harness
