#include "proxy/snapshot/snapshot.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/validate.h"

namespace outrigger::snapshot {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::shared_ptr<const Snapshot> Load(std::string_view yaml, std::string_view file = "test.yaml") {
  v1::ProxyConfig config;
  config::Problems problems;
  EXPECT_TRUE(config::ReadProxyConfig(yaml, file, &config, &problems)) << problems;
  return Build(config, stream::FilterRegistry());
}

TEST(Snapshot, OfAnEmptyConfigurationHasTheDefaultsOfTheSchema) {
  const auto snapshot = Build(v1::ProxyConfig(), stream::FilterRegistry());
  EXPECT_EQ(snapshot->http_limits.max_head_bytes, 61440u);
  EXPECT_EQ(snapshot->http_limits.max_fields, 100u);
  EXPECT_EQ(snapshot->http_limits.max_line_bytes, 16384u);
  EXPECT_EQ(snapshot->workers, 1u);
  EXPECT_EQ(snapshot->max_connections, 0u);
  EXPECT_EQ(snapshot->max_metric_keys, 1000u);
  EXPECT_EQ(snapshot->drain_timeout, seconds(45));
  EXPECT_EQ(snapshot->services.admin, "127.0.0.1:15000");
  EXPECT_EQ(snapshot->services.health, "0.0.0.0:15021");
  EXPECT_EQ(snapshot->services.stats, "0.0.0.0:15090");
  EXPECT_EQ(snapshot->services.agent, "0.0.0.0:15020");
  EXPECT_EQ(snapshot->own.cluster, "Kubernetes");
  EXPECT_EQ(snapshot->addresses->size(), 0u);
  EXPECT_TRUE(snapshot->listeners.empty());
}

TEST(Snapshot, ReadsWhoWeAre) {
  const auto snapshot = Load(R"(
version: "42"
node: {namespace: bookinfo, workload: reviews-v2, canonical_name: reviews, canonical_revision: v2,
       app: reviews-app, version: v2x, cluster_id: east}
)");
  EXPECT_EQ(snapshot->version, "42");
  EXPECT_EQ(snapshot->own, (metrics::WorkloadLabels{"reviews-v2", "bookinfo", "reviews", "v2",
                                                    "reviews-app", "v2x", "east", "unknown"}));
}

TEST(Snapshot, FillsWhatWeLeftOpenAboutOurselves) {
  const auto snapshot = Load("node: {namespace: default, workload: edge}");
  EXPECT_EQ(snapshot->own, (metrics::WorkloadLabels{"edge", "default", "edge", "latest", "", "",
                                                    "Kubernetes", "unknown"}));
}

TEST(Snapshot, ReadsWhoLivesWhere) {
  const auto snapshot = Load(R"(
workloads:
- {addresses: [10.0.0.7, "2001:db8::7"], namespace: bookinfo, name: ratings-v1,
   canonical_name: ratings, canonical_revision: v1, app: ratings, version: v1, cluster_id: west}
- {addresses: [10.0.0.8], namespace: default, name: bare}
)");
  const metrics::WorkloadLabels ratings{"ratings-v1", "bookinfo", "ratings", "v1",
                                        "ratings",    "v1",       "west",    "unknown"};
  for (const char* address : {"10.0.0.7:80", "[2001:db8::7]:80"}) {
    const auto* found = snapshot->addresses->Find(*SocketAddress::Parse(address));
    ASSERT_NE(found, nullptr) << address;
    EXPECT_EQ(*found, ratings);
  }
  const auto* bare = snapshot->addresses->Find(*SocketAddress::Parse("10.0.0.8:80"));
  ASSERT_NE(bare, nullptr);
  EXPECT_EQ(bare->app, "unknown");
  EXPECT_EQ(bare->canonical_revision, "latest");
  EXPECT_EQ(bare->cluster, "Kubernetes");
  EXPECT_EQ(snapshot->addresses->Find(*SocketAddress::Parse("10.0.0.9:80")), nullptr);
}

const char* const kListeners = R"(
listeners:
- name: web
  address: "127.0.0.1:8080"
  http: {route_table: main, request_head_timeout: 250ms, idle_timeout: 5s}
- {name: plain, address: "[::1]:0", direction: inbound, http: {route_table: main}}
- {name: db, address: "127.0.0.1:3306", direction: outbound, tcp: {cluster: c, idle_timeout: 0s}}
- {name: mongo, address: "127.0.0.1:27017", tcp: {cluster: c}}
- name: captured
  address: "0.0.0.0:15001"
  direction: outbound
  capture:
    passthrough_cluster: c
    chains:
    - {name: a, address: 10.1.0.1, port: 80, protocol: http, http: {route_table: main}}
    - {name: b, port: 443, protocol: tcp, tcp: {cluster: c}}
    - {name: d, port: 90, http: {route_table: main}, tcp: {cluster: c, idle_timeout: 2s}}
route_tables:
- {name: main, virtual_hosts: [{domains: ["*"], routes: [{clusters: [{name: c, weight: 1}]}]}]}
clusters: [{name: c, endpoints: [{address: 10.0.0.1, port: 80}]}]
)";

TEST(SnapshotListeners, HttpBecomesOneChain) {
  const auto snapshot = Load(kListeners);
  ASSERT_EQ(snapshot->listeners.size(), 5u);
  ListenerConfig want;
  want.name = "web";
  want.address = *SocketAddress::Parse("127.0.0.1:8080");
  want.direction = router::Direction::kEdge;
  want.chains = {{.name = "web",
                  .protocol = Protocol::kHttp,
                  .http = {"main", milliseconds(250), seconds(5)}}};
  EXPECT_EQ(*snapshot->listeners[0], want);
}

TEST(SnapshotListeners, HttpTimeoutsHaveDefaults) {
  const auto snapshot = Load(kListeners);
  const ListenerConfig& plain = *snapshot->listeners.at(1);
  EXPECT_EQ(plain.direction, router::Direction::kInbound);
  EXPECT_EQ(plain.address.port(), 0);
  EXPECT_EQ(plain.chains.at(0).http.head_timeout, seconds(10));
  EXPECT_EQ(plain.chains.at(0).http.idle_timeout, hours(1));
}

TEST(SnapshotListeners, TcpBecomesOneChain) {
  const auto snapshot = Load(kListeners);
  const ListenerConfig& db = *snapshot->listeners.at(2);
  EXPECT_EQ(db.direction, router::Direction::kOutbound);
  ASSERT_EQ(db.chains.size(), 1u);
  EXPECT_EQ(db.chains[0].protocol, Protocol::kTcp);
  EXPECT_EQ(db.chains[0].tcp, (TcpChain{"c", Duration::zero()}));
  EXPECT_EQ(snapshot->listeners.at(3)->chains.at(0).tcp, (TcpChain{"c", hours(1)}));
}

TEST(SnapshotListeners, CaptureKeepsItsChainsInOrder) {
  const auto snapshot = Load(kListeners);
  const ListenerConfig& captured = *snapshot->listeners.at(4);
  EXPECT_TRUE(captured.capture);
  EXPECT_EQ(captured.passthrough_cluster, "c");
  const std::vector<Chain> want = {
      {.name = "a",
       .address = "10.1.0.1",
       .port = 80,
       .protocol = Protocol::kHttp,
       .http = {.route_table = "main"}},
      {.name = "b", .port = 443, .protocol = Protocol::kTcp, .tcp = {.cluster = "c"}},
      {.name = "d",
       .port = 90,
       .protocol = Protocol::kAuto,
       .http = {.route_table = "main"},
       .tcp = {"c", seconds(2)}}};
  EXPECT_EQ(captured.chains, want);
}

TEST(SnapshotClusters, ReadsEveryField) {
  const auto snapshot = Load(R"(
clusters:
- name: c
  endpoints: [{address: 10.0.0.1, port: 80, weight: 3}, {address: "2001:db8::1", port: 81}]
  load_balancer: round_robin
  connect_timeout: 250ms
  service: {host: reviews.bookinfo.svc.cluster.local, name: reviews, namespace: bookinfo}
  source_address: 127.0.0.6
  connection_pool: {max_connections: 1, max_pending_requests: 2, max_requests: 3,
                    max_requests_per_connection: 4, max_retries: 5, idle_timeout: 6s}
)");
  const auto& cluster = *snapshot->clusters.at("c");
  EXPECT_EQ(cluster.name, "c");
  EXPECT_FALSE(cluster.original_destination);
  const std::vector<cluster::EndpointConfig> endpoints = {
      {*SocketAddress::Parse("10.0.0.1:80"), 3}, {*SocketAddress::Parse("[2001:db8::1]:81"), 1}};
  EXPECT_EQ(cluster.endpoints, endpoints);
  EXPECT_EQ(cluster.load_balancer, cluster::LoadBalancer::kRoundRobin);
  EXPECT_EQ(cluster.connect_timeout, milliseconds(250));
  EXPECT_EQ(cluster.service,
            (metrics::ServiceLabels{"reviews.bookinfo.svc.cluster.local", "reviews", "bookinfo"}));
  EXPECT_EQ(cluster.source, *SocketAddress::Parse("127.0.0.6:0"));
  EXPECT_EQ(cluster.limits.max_connections, 1u);
  EXPECT_EQ(cluster.limits.max_pending, 2u);
  EXPECT_EQ(cluster.limits.max_requests, 3u);
  EXPECT_EQ(cluster.limits.max_requests_per_connection, 4u);
  EXPECT_EQ(cluster.limits.max_retries, 5u);
  EXPECT_EQ(cluster.limits.idle_timeout, seconds(6));
}

TEST(SnapshotClusters, HaveTheDefaultsOfTheSchema) {
  const auto snapshot = Load("clusters: [{name: c}, {name: o, type: original_dst}]");
  const auto& cluster = *snapshot->clusters.at("c");
  EXPECT_EQ(cluster.load_balancer, cluster::LoadBalancer::kLeastRequest);
  EXPECT_EQ(cluster.connect_timeout, seconds(10));
  EXPECT_EQ(cluster.service, metrics::ServiceLabels{});
  EXPECT_FALSE(cluster.source.valid());
  EXPECT_EQ(cluster.limits.max_connections, 0u);
  EXPECT_EQ(cluster.limits.max_pending, 1024u);
  EXPECT_EQ(cluster.limits.max_requests, 0u);
  EXPECT_EQ(cluster.limits.idle_timeout, hours(1));
  EXPECT_TRUE(snapshot->clusters.at("o")->original_destination);
}

TEST(SnapshotRoutes, AreFoundByName) {
  const auto snapshot = Load(kListeners);
  ASSERT_TRUE(snapshot->routes.contains("main"));
  EXPECT_EQ(snapshot->routes.at("main")->name(), "main");
  EXPECT_FALSE(snapshot->routes.contains("other"));
}

TEST(Snapshot, ReadsLimitsAndPorts) {
  const auto snapshot = Load(R"(
limits: {max_head_bytes: 8192, max_header_fields: 50, max_request_line_bytes: 4096,
         max_connections: 99, workers: 2, max_metric_keys: 77, drain_timeout: 5s}
admin: {admin_address: "127.0.0.1:1", health_address: "127.0.0.1:2", stats_address: "off",
        agent_address: "127.0.0.1:0"}
)");
  EXPECT_EQ(snapshot->http_limits.max_head_bytes, 8192u);
  EXPECT_EQ(snapshot->http_limits.max_fields, 50u);
  EXPECT_EQ(snapshot->http_limits.max_line_bytes, 4096u);
  EXPECT_EQ(snapshot->max_connections, 99u);
  EXPECT_EQ(snapshot->workers, 2u);
  EXPECT_EQ(snapshot->max_metric_keys, 77u);
  EXPECT_EQ(snapshot->drain_timeout, seconds(5));
  EXPECT_EQ(snapshot->services.admin, "127.0.0.1:1");
  EXPECT_EQ(snapshot->services.health, "127.0.0.1:2");
  EXPECT_EQ(snapshot->services.stats, "off");
  EXPECT_EQ(snapshot->services.agent, "127.0.0.1:0");
}

// The files of our own schema that people copy from; samples/ holds Kubernetes objects.
TEST(Snapshot, IsBuiltFromEveryConfigurationOfTheBenchmarks) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(OUTRIGGER_SOURCE_DIR "/bench/configs")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto snapshot = Load(text, entry.path().string());
    EXPECT_FALSE(snapshot->listeners.empty()) << entry.path();
    EXPECT_FALSE(snapshot->clusters.empty()) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace outrigger::snapshot
