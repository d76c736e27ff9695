// Which DestinationRule a client uses and what of it holds (traffic-api section 4).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

constexpr const char* kAll = "outbound|9080||reviews.default.svc.cluster.local";
constexpr const char* kV1 = "outbound|9080|v1|reviews.default.svc.cluster.local";

class RuleMesh : public MeshFixture {
 public:
  RuleMesh() {
    AddService("reviews", 9080);
    AddPod("reviews", "v1");
    AddPod("reviews", "v2");
    AddPod("client");
    AddPod("far", {}, "far");
  }
  void ApplyRule(std::string_view name, std::string_view ns, std::string_view host,
                 std::string_view rest, int created = 1) {
    Apply(
        fmt::format("apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
                    "metadata: {{name: {}, namespace: {}, creationTimestamp: "
                    "'2026-01-{:02}T00:00:00Z'}}\nspec: {{host: '{}', {}}}\n",
                    name, ns, created, host, rest));
  }
  v1::Cluster Client(std::string_view name = kAll) {
    return ClusterNamed(ConfigOf("default", "client-0"), name);
  }
  v1::Cluster Far(std::string_view name = kAll) {
    return ClusterNamed(ConfigOf("far", "far-0"), name);
  }
};

constexpr std::string_view kHost = "reviews.default.svc.cluster.local";
constexpr std::string_view kRoundRobin = "trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}";
constexpr std::string_view kRandom = "trafficPolicy: {loadBalancer: {simple: RANDOM}}";

TEST(DestinationRule, NoneMeansLeastRequest) {
  RuleMesh mesh;
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_LEAST_REQUEST);
}

TEST(DestinationRule, T58TheClientsNamespaceComesFirst) {
  RuleMesh mesh;
  mesh.ApplyRule("a", "far", kHost, kRoundRobin);
  mesh.ApplyRule("b", "default", kHost, kRandom);
  EXPECT_EQ(mesh.Far().load_balancer(), v1::LOAD_BALANCER_ROUND_ROBIN);
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_RANDOM);
}

TEST(DestinationRule, T59AnExactHostBeatsAPatternWithoutMerging) {
  RuleMesh mesh;
  mesh.ApplyRule("a", "default", "*.default.svc.cluster.local", kRoundRobin);
  mesh.ApplyRule("b", "default", "reviews", "subsets: [{name: v1, labels: {version: v1}}]");
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_LEAST_REQUEST);
  EXPECT_EQ(EndpointsOf(mesh.Client(kV1)), "10.0.0.1:9080");
}

TEST(DestinationRule, TheLongerPatternWins) {
  RuleMesh mesh;
  mesh.ApplyRule("a", "default", "*.local", kRandom);
  mesh.ApplyRule("b", "default", "*.default.svc.cluster.local", kRoundRobin);
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_ROUND_ROBIN);
}

TEST(DestinationRule, TheRootNamespaceIsTheLastResort) {
  RuleMesh mesh;
  mesh.ApplyRule("root", "istio-system", "*.local", kRandom);
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_RANDOM);
  mesh.ApplyRule("own", "default", kHost, kRoundRobin);
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_ROUND_ROBIN);
}

TEST(DestinationRule, PrivateRulesAreForTheirNamespaceOnly) {
  RuleMesh mesh;
  mesh.ApplyRule("a", "default", kHost, std::string(kRandom) + ", exportTo: [.]");
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_RANDOM);
  EXPECT_EQ(mesh.Far().load_balancer(), v1::LOAD_BALANCER_LEAST_REQUEST);
}

TEST(DestinationRule, SameHostIsMergedSubsetsUnitedOldestPolicyWins) {
  RuleMesh mesh;
  mesh.ApplyRule("old", "default", "reviews",
                 "trafficPolicy: {loadBalancer: {simple: RANDOM}}, subsets: [{name: v1, labels: "
                 "{version: v1}}]",
                 1);
  mesh.ApplyRule("new", "default", kHost,
                 "trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}, subsets: [{name: v1, "
                 "labels: {version: v9}}, {name: v2, labels: {version: v2}}]",
                 2);
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_RANDOM);
  EXPECT_EQ(EndpointsOf(mesh.Client(kV1)), "10.0.0.1:9080");
  EXPECT_EQ(EndpointsOf(mesh.Client("outbound|9080|v2|reviews.default.svc.cluster.local")),
            "10.0.0.2:9080");
}

TEST(DestinationRule, PortLevelSettingsReplaceAllBlocks) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews",
                 "trafficPolicy: {loadBalancer: {simple: RANDOM}, connectionPool: {http: "
                 "{maxRetries: 7}}, portLevelSettings: [{port: {number: 9080}, connectionPool: "
                 "{http: {maxRetries: 3}}}]}");
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_LEAST_REQUEST);
  EXPECT_EQ(mesh.Client().connection_pool().max_retries(), 3u);
}

TEST(DestinationRule, ASubsetOverridesBlockByBlock) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews",
                 "trafficPolicy: {loadBalancer: {simple: RANDOM}, connectionPool: {http: "
                 "{maxRetries: 7}}}, subsets: [{name: v1, labels: {version: v1}, trafficPolicy: "
                 "{loadBalancer: {simple: ROUND_ROBIN}}}]");
  EXPECT_EQ(mesh.Client(kV1).load_balancer(), v1::LOAD_BALANCER_ROUND_ROBIN);
  EXPECT_EQ(mesh.Client(kV1).connection_pool().max_retries(), 7u);
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_RANDOM);
}

TEST(DestinationRule, ASubsetsPortLevelSettingsStandAlone) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews",
                 "trafficPolicy: {connectionPool: {http: {maxRetries: 7}}}, subsets: [{name: v1, "
                 "labels: {version: v1}, trafficPolicy: {portLevelSettings: [{port: {number: "
                 "9080}, loadBalancer: {simple: RANDOM}}]}}]");
  EXPECT_EQ(mesh.Client(kV1).load_balancer(), v1::LOAD_BALANCER_RANDOM);
  EXPECT_FALSE(mesh.Client(kV1).has_connection_pool());
}

TEST(DestinationRule, EmptySubsetLabelsTakeAllEndpoints) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews", "subsets: [{name: v1}]");
  EXPECT_EQ(EndpointsOf(mesh.Client(kV1)), "10.0.0.1:9080 10.0.0.2:9080");
}

TEST(DestinationRule, ConnectionPoolFields) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews",
                 "trafficPolicy: {connectionPool: {tcp: {maxConnections: 1, connectTimeout: 30ms, "
                 "idleTimeout: 5s}, http: {http1MaxPendingRequests: 2, http2MaxRequests: 3, "
                 "maxRequestsPerConnection: 4, maxRetries: 5}}}");
  EXPECT_TRUE(mesh.problems.empty()) << mesh.problems;
  EXPECT_EQ(mesh.Client().connection_pool().ShortDebugString(),
            "max_connections: 1 max_pending_requests: 2 max_requests: 3 "
            "max_requests_per_connection: 4 max_retries: 5 idle_timeout { seconds: 5 }");
  EXPECT_EQ(mesh.Client().connect_timeout().nanos(), 30'000'000);
}

TEST(DestinationRule, ConnectionPoolAlsoLimitsTheServer) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews",
                 "trafficPolicy: {connectionPool: {http: {http2MaxRequests: 3}}}");
  const v1::ProxyConfig config = mesh.ConfigOf("default", "reviews-v1-0");
  EXPECT_EQ(ClusterNamed(config, "inbound|9080||").connection_pool().max_requests(), 3u);
}

TEST(DestinationRule, PassthroughKeepsTheDestinationTheAppChose) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews", "trafficPolicy: {loadBalancer: {simple: PASSTHROUGH}}");
  EXPECT_EQ(mesh.Client().type(), v1::CLUSTER_TYPE_ORIGINAL_DST);
}

TEST(DestinationRule, WithWorkloadSelectorIsReportedAndLeftOut) {
  RuleMesh mesh;
  mesh.ApplyRule("r", "default", "reviews",
                 std::string(kRandom) + ", workloadSelector: {matchLabels: {app: client}}");
  ASSERT_EQ(mesh.problems.items().size(), 1u) << mesh.problems;
  EXPECT_EQ(ToString(mesh.problems.items()[0]),
            "test.yaml:4: DestinationRule default/r: spec.workloadSelector: workloadSelector is "
            "not yet effective");
  EXPECT_EQ(mesh.Client().load_balancer(), v1::LOAD_BALANCER_LEAST_REQUEST);
}

}  // namespace
}  // namespace outrigger::control
