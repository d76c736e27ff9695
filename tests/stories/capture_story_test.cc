// A sidecar's two listeners: where captured connections go, and how they are counted.
#include <gtest/gtest.h>

#include "tests/harness/mesh.h"

namespace outrigger::harness {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Behaviour = MemoryNetwork::Behaviour;

constexpr std::string_view kSidecar = R"(
node: {namespace: default, workload: reviews-v1, canonical_name: reviews, app: reviews, version: v1}
listeners:
- name: virtualOutbound
  address: 0.0.0.0:15001
  direction: outbound
  capture:
    passthrough_cluster: PassthroughCluster
    chains:
    - {name: 0.0.0.0_9080, port: 9080, protocol: http, http: {route_table: "9080"}}
    - {name: 10.96.0.7_3306, address: 10.96.0.7, port: 3306, protocol: tcp, tcp: {cluster: mysql}}
    - {name: 10.96.0.8_7000, address: 10.96.0.8, port: 7000, protocol: auto, http: {route_table: "9080"}, tcp: {cluster: mysql}}
- name: virtualInbound
  address: 0.0.0.0:15006
  direction: inbound
  capture:
    passthrough_cluster: InboundPassthroughCluster
    chains:
    - {name: 0.0.0.0_9080, port: 9080, protocol: http, http: {route_table: inbound}}
route_tables:
- {name: "9080", virtual_hosts: [{domains: [ratings], routes: [{clusters: [{name: ratings}]}]}]}
- {name: inbound, virtual_hosts: [{domains: ["*"], routes: [{clusters: [{name: "inbound|9080||"}]}]}]}
clusters:
- {name: ratings, endpoints: [{address: 10.0.0.9, port: 9080}], service: {host: ratings.default.svc.cluster.local, name: ratings, namespace: default}}
- {name: mysql, endpoints: [{address: 10.0.0.7, port: 3306}], service: {host: mysqldb.default.svc.cluster.local, name: mysqldb, namespace: default}}
- {name: PassthroughCluster, type: original_dst, service: {name: PassthroughCluster}}
- {name: InboundPassthroughCluster, type: original_dst, source_address: 127.0.0.6, service: {name: InboundPassthroughCluster}}
- {name: "inbound|9080||", type: original_dst, source_address: 127.0.0.6, service: {host: reviews.default.svc.cluster.local, name: reviews, namespace: default}}
workloads:
- {addresses: [10.0.0.50], namespace: default, name: productpage-v1, app: productpage, version: v1, canonical_name: productpage}
- {addresses: [10.0.0.9], namespace: default, name: ratings-v1, app: ratings, version: v1}
)";

TEST(CaptureStory, AnInboundRequestGoesToTheAppAndNamesItsCallerByAddress) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualInbound", "10.0.0.100:9080");
  client.Send("GET /reviews/0 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
  Wire app = mesh.network().Accept("10.0.0.100:9080");
  EXPECT_EQ(app.Received(), "GET /reviews/0 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
  app.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(
      mesh.Counter("istio_requests_total",
                   {R"(reporter="destination")", R"(source_workload="productpage-v1")",
                    R"(destination_workload="reviews-v1")", R"(destination_service_name="reviews")",
                    R"(connection_security_policy="none")"}),
      1);
}

TEST(CaptureStory, AnOutboundRequestIsRoutedByItsHost) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.3:9080");
  client.Send("GET /ratings/0 HTTP/1.1\r\nHost: ratings:9080\r\n\r\n");
  Wire ratings = mesh.network().Accept("10.0.0.9:9080");
  ratings.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(mesh.Counter("istio_requests_total",
                         {R"(reporter="source")", R"(source_workload="reviews-v1")",
                          R"(destination_workload="ratings-v1")",
                          R"(connection_security_policy="unknown")"}),
            1);
  EXPECT_EQ(
      mesh.Counter("outrigger_edge_requests_total", {R"(security="none")", R"(code_class="2xx")"}),
      1);
}

TEST(CaptureStory, DeclaredTcpIsRelayedWithHalfCloseAndCounted) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.7:3306");
  Wire server = mesh.network().Accept("10.0.0.7:3306");
  server.Send("greeting");  // the server speaks first
  EXPECT_EQ(client.Received(), "greeting");
  client.Send("query");
  EXPECT_EQ(server.Received(), "query");
  client.Finish();
  EXPECT_TRUE(server.closed_by_proxy());
  server.Send("result");
  EXPECT_EQ(client.Received(), "result");
  mesh.Advance(seconds(5));
  EXPECT_EQ(mesh.Counter("istio_tcp_sent_bytes_total"), 14);
  EXPECT_EQ(mesh.Counter("istio_tcp_received_bytes_total"), 5);
  EXPECT_EQ(mesh.Counter("istio_tcp_connections_closed_total"), 0);
  server.Finish();
  EXPECT_EQ(mesh.Counter("istio_tcp_connections_opened_total",
                         {R"(destination_service="mysqldb.default.svc.cluster.local")",
                          R"(request_protocol="tcp")"}),
            1);
  EXPECT_EQ(mesh.Counter("istio_tcp_connections_closed_total"), 1);
  EXPECT_EQ(mesh.worker().active(), 0u);
}

TEST(CaptureStory, AResetOnOneLegBecomesAResetOnTheOther) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.7:3306");
  Wire server = mesh.network().Accept("10.0.0.7:3306");
  server.Close(true);
  char byte;
  EXPECT_EQ(client.transport().TryRead({&byte, 1}).error().code, ErrorCode::kReset);
  EXPECT_EQ(mesh.worker().active(), 0u);
}

TEST(CaptureStory, AResetAfterAHalfCloseIsStillPassedOn) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.7:3306");
  Wire server = mesh.network().Accept("10.0.0.7:3306");
  client.Finish();
  client.Close(true);
  char byte;
  EXPECT_EQ(server.transport().TryRead({&byte, 1}).error().code, ErrorCode::kReset);
  EXPECT_EQ(mesh.worker().active(), 0u);
}

TEST(CaptureStory, AConnectionThatComesDuringADrainMayAskOnce) {
  Mesh mesh(kSidecar);
  mesh.worker().Drain();
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.3:9080");
  EXPECT_FALSE(client.closed_by_proxy());
  client.Send("GET / HTTP/1.1\r\nHost: ratings\r\n\r\n");
  Wire ratings = mesh.network().Accept("10.0.0.9:9080");
  ratings.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_NE(client.Received().find("onnection: close"), std::string::npos);
  Wire silent = mesh.Connect("virtualOutbound", "10.96.0.3:9080");
  mesh.Advance(seconds(2));
  EXPECT_TRUE(silent.closed_by_proxy());
}

TEST(CaptureStory, ARefusedTcpDestinationIsCountedWithUfAndReset) {
  Mesh mesh(kSidecar);
  mesh.network().Set("10.0.0.7:3306", Behaviour::kRefuse);
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.7:3306");
  char byte;
  EXPECT_EQ(client.transport().TryRead({&byte, 1}).error().code, ErrorCode::kReset);
  EXPECT_EQ(mesh.Counter("istio_tcp_connections_opened_total", {R"(response_flags="UF")"}), 1);
  EXPECT_EQ(mesh.Counter("istio_tcp_connections_closed_total", {R"(response_flags="UF")"}), 1);
}

TEST(CaptureStory, AnUnknownDestinationIsPassedThrough) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound", "93.184.216.34:443");
  Wire server = mesh.network().Accept("93.184.216.34:443");
  client.Send("\x16\x03\x01 hello");
  EXPECT_EQ(server.Received(), "\x16\x03\x01 hello");
  EXPECT_EQ(mesh.Counter("istio_tcp_connections_opened_total",
                         {R"(destination_service_name="PassthroughCluster")"}),
            1);
}

TEST(CaptureStory, OnAnAutoPortTheFirstBytesDecide) {
  Mesh mesh(kSidecar);
  Wire http = mesh.Connect("virtualOutbound", "10.96.0.8:7000");
  http.Send("GE");
  EXPECT_EQ(mesh.network().dials(), 0u);
  mesh.Advance(hours(1));  // silence decides nothing
  http.Send("T / HTTP/1.1\r\nHost: ratings\r\n\r\n");
  EXPECT_EQ(mesh.network().Accept("10.0.0.9:9080").Received(),
            "GET / HTTP/1.1\r\nHost: ratings\r\n\r\n");
  Wire binary = mesh.Connect("virtualOutbound", "10.96.0.8:7000");
  binary.Send(std::string("\x05\x01\x00", 3));
  EXPECT_EQ(mesh.network().Accept("10.0.0.7:3306").Received(), std::string("\x05\x01\x00", 3));
}

TEST(CaptureStory, ADirectCallToTheCapturePortIsRefusedAndCounted) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound");
  EXPECT_TRUE(client.closed_by_proxy());
  EXPECT_EQ(mesh.network().dials(), 0u);
  EXPECT_EQ(mesh.Counter("outrigger_listener_detections_total", {"direct call"}), 1);
}

TEST(CaptureStory, ASilentRelayEndsAfterItsIdleTimeout) {
  Mesh mesh(kSidecar);
  Wire client = mesh.Connect("virtualOutbound", "10.96.0.7:3306");
  for (int i = 0; i < 61; ++i) mesh.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(client.closed_by_proxy());
  EXPECT_EQ(mesh.worker().active(), 0u);
}

}  // namespace
}  // namespace outrigger::harness
