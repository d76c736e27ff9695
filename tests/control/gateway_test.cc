// What a gateway pod is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/control/interpreter.h"
#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

constexpr const char* kPod = "istio-ingressgateway-0";

class GatewayMesh : public MeshFixture {
 public:
  GatewayMesh() {
    AddService("reviews", 9080);
    Apply(R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
)");
    AddPod("reviews", "v1");
    AddPod("reviews", "v2");
    AddIngressGateway();
  }

  void ApplyGateway(std::string_view servers, std::string_view name = "g",
                    std::string_view ns = "default") {
    Apply(
        fmt::format("apiVersion: networking.istio.io/v1\nkind: Gateway\n"
                    "metadata: {{name: {}, namespace: {}}}\n"
                    "spec: {{selector: {{istio: ingressgateway}}, servers: {}}}\n",
                    name, ns, servers));
  }
  // @param created  day of January.
  void ApplyRule(std::string_view name, std::string_view host, std::string_view http,
                 int created = 1, std::string_view gateway = "g") {
    Apply(
        fmt::format("apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                    "metadata: {{name: {}, creationTimestamp: '2026-01-{:02}T00:00:00Z'}}\n"
                    "spec: {{hosts: ['{}'], gateways: [{}], http: {}}}\n",
                    name, created, host, gateway, http));
  }
  v1::ProxyConfig Config() { return ConfigOf("istio-system", kPod); }
  std::string Ask(const Request& request) { return Answer(Config(), "http.80", request); }
};

#define TO(version) "route: [{destination: {host: reviews, subset: " version "}}]"
constexpr std::string_view kAnyHost =
    "[{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]";

std::string ServerFor(std::string_view hosts) {
  return fmt::format("[{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: {}}}]", hosts);
}

TEST(GatewayListener, IsAnEdgeWithARouteTableOfItsPort) {
  GatewayMesh mesh;
  mesh.ApplyGateway(kAnyHost);
  const v1::ProxyConfig config = mesh.Config();
  ASSERT_EQ(config.listeners_size(), 1);
  EXPECT_EQ(config.listeners(0).ShortDebugString(),
            "name: \"0.0.0.0_80\" address: \"0.0.0.0:80\" http { route_table: \"http.80\" }");
  EXPECT_EQ(config.node().workload(), "istio-ingressgateway");
  EXPECT_EQ(mesh.Ask({.host = "any"}), "404 NR");
}

TEST(GatewayListener, ListensOnTheTargetPortOfItsService) {
  GatewayMesh mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec: {selector: {istio: ingressgateway}, ports: [{port: 80, name: http2, targetPort: 8080}]}
)");
  // 80 is mapped, 8080 is not a port of the Service and stays: one listener for both.
  mesh.ApplyGateway(
      "[{port: {number: 80, name: a, protocol: HTTP}, hosts: [a.com]}, {port: {number: 8080, name: "
      "b, protocol: HTTP}, hosts: [b.com]}]");
  mesh.ApplyRule("a", "a.com", "[{" TO("v1") "}]");
  mesh.ApplyRule("b", "b.com", "[{" TO("v2") "}]");
  const v1::ProxyConfig config = mesh.Config();
  EXPECT_EQ(NamesOf(config.listeners()), "0.0.0.0_8080");
  EXPECT_EQ(Answer(config, "http.8080", {.host = "a.com"}), "v1");
  EXPECT_EQ(Answer(config, "http.8080", {.host = "b.com"}), "v2");
}

TEST(GatewayListener, OnlyPodsOfTheSelectorListen) {
  GatewayMesh mesh;
  mesh.Apply(
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\n"
      "spec: {selector: {istio: other}, servers: [{port: {number: 80, name: http, protocol: HTTP}, "
      "hosts: ['*']}]}\n");
  EXPECT_EQ(mesh.Config().listeners_size(), 0);
}

TEST(GatewayRoutes, OnlyTheClustersOfItsRoutesAreThere) {
  GatewayMesh mesh;
  mesh.ApplyGateway(kAnyHost);
  mesh.ApplyRule("r", "*", "[{" TO("v1") "}]");
  EXPECT_EQ(NamesOf(mesh.Config().clusters()),
            "outbound|9080|v1|reviews.default.svc.cluster.local");
}

TEST(GatewayRoutes, T49CatchAllsSinkBelowYoungerRules) {
  GatewayMesh mesh;
  mesh.ApplyGateway(kAnyHost);
  mesh.ApplyRule("old", "a.com", "[{match: [{uri: {prefix: /}}], " TO("v1") "}]", 1);
  mesh.ApplyRule("young", "a.com", "[{match: [{uri: {prefix: /x}}], " TO("v2") "}]", 2);
  EXPECT_EQ(mesh.Ask({.path = "/x", .host = "a.com"}), "v2");
  EXPECT_EQ(mesh.Ask({.path = "/y", .host = "a.com"}), "v1");
}

TEST(GatewayRoutes, T51APatternDoesNotCoverItsParent) {
  GatewayMesh mesh;
  mesh.ApplyGateway(ServerFor("['*.foo.com']"));
  mesh.ApplyRule("r", "foo.com", "[{" TO("v1") "}]");
  EXPECT_EQ(mesh.Ask({.host = "foo.com"}), "404 NR");
}

TEST(GatewayRoutes, TheNarrowerHostCounts) {
  GatewayMesh mesh;
  mesh.ApplyGateway(ServerFor("['*.foo.com', bar.com]"));
  mesh.ApplyRule("r", "*", "[{" TO("v1") "}]");
  mesh.ApplyRule("a", "a.foo.com", "[{" TO("v2") "}]");
  EXPECT_EQ(mesh.Ask({.host = "a.foo.com"}), "v2");
  EXPECT_EQ(mesh.Ask({.host = "b.foo.com"}), "v1");
  EXPECT_EQ(mesh.Ask({.host = "bar.com"}), "v1");
  EXPECT_EQ(mesh.Ask({.host = "other.com"}), "404 NR");
}

TEST(GatewayRoutes, T52HttpsRedirectWinsOverRoutes) {
  GatewayMesh mesh;
  mesh.ApplyGateway(
      "[{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com], tls: {httpsRedirect: "
      "true}}]");
  EXPECT_EQ(mesh.Ask({.path = "/p?q=1", .host = "a.com"}), "301 https://a.com/p?q=1");
  mesh.ApplyRule("r", "a.com", "[{" TO("v1") "}]");
  EXPECT_EQ(mesh.Ask({.path = "/p?q=1", .host = "a.com"}), "301 https://a.com/p?q=1");
}

TEST(GatewayRoutes, AServerMayBeForOneNamespace) {
  GatewayMesh mesh;
  mesh.ApplyGateway(ServerFor("[other/a.com, ./b.com]"));
  mesh.ApplyRule("a", "a.com", "[{" TO("v1") "}]");
  mesh.ApplyRule("b", "b.com", "[{" TO("v1") "}]");
  EXPECT_EQ(mesh.Ask({.host = "a.com"}), "404 NR");
  EXPECT_EQ(mesh.Ask({.host = "b.com"}), "v1");
}

TEST(GatewayRoutes, AMatchMayNameOneOfTheGateways) {
  GatewayMesh mesh;
  mesh.ApplyGateway(ServerFor("[a.com]"), "g");
  mesh.ApplyRule(
      "r", "a.com",
      "[{match: [{gateways: [h]}], " TO("v1") "}, {match: [{gateways: [g]}], " TO("v2") "}]", 1,
      "g, h");
  EXPECT_EQ(mesh.Ask({.host = "a.com"}), "v2");
}

TEST(GatewayRoutes, PortMeansTheServersNumber) {
  GatewayMesh mesh;
  mesh.ApplyGateway(kAnyHost);
  mesh.ApplyRule("r", "*", "[{match: [{port: 81}], " TO("v1") "}, {" TO("v2") "}]");
  EXPECT_EQ(mesh.Ask({.host = "x"}), "v2");
}

TEST(GatewayRoutes, RulesOfOtherNamespacesNameItInFull) {
  GatewayMesh mesh;
  mesh.ApplyGateway(kAnyHost, "g", "istio-system");
  mesh.ApplyRule("bare", "a.com", "[{" TO("v1") "}]", 1, "g");
  mesh.ApplyRule("full", "b.com", "[{" TO("v1") "}]", 1, "istio-system/g");
  EXPECT_EQ(mesh.Ask({.host = "a.com"}), "404 NR");
  EXPECT_EQ(mesh.Ask({.host = "b.com"}), "v1");
}

TEST(GatewayRoutes, ServersOfOtherProtocolsAreReported) {
  GatewayMesh mesh;
  mesh.ApplyGateway(
      "[{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, "
      "credentialName: x}}]");
  ASSERT_EQ(mesh.problems.items().size(), 1u) << mesh.problems;
  EXPECT_EQ(ToString(mesh.problems.items()[0]),
            "test.yaml:4: Gateway default/g: spec.servers[0].port.protocol: protocol HTTPS: this "
            "server is not yet effective");
  EXPECT_EQ(mesh.Config().listeners_size(), 0);
}

}  // namespace
}  // namespace outrigger::control
