// What is well-formed but leads nowhere, word for word.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

class ReferenceMesh : public MeshFixture {
 public:
  ReferenceMesh() {
    AddService("reviews", 9080);
    AddPod("reviews", "v1");
  }
  void ApplyRule(std::string_view spec, std::string_view name = "x") {
    Apply(
        fmt::format("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: "
                    "{}}}\nspec: {}\n",
                    name, spec));
  }
  // The only warning, without its place.
  std::string OnlyWarning() {
    EXPECT_TRUE(problems.empty()) << problems;
    const CompileResult result = Compile();
    if (result.problems.items().size() != 1) return result.problems.ToString();
    EXPECT_FALSE(result.problems.has_errors());
    EXPECT_EQ(result.problems.items()[0].line, 4);
    return result.problems.items()[0].path + ": " + result.problems.items()[0].message;
  }
};

TEST(References, UnknownHost) {
  ReferenceMesh mesh;
  mesh.ApplyRule("{hosts: [reviews], http: [{route: [{destination: {host: nowhere}}]}]}");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/x: spec.http[0].route[0].destination.host: no Service has the "
            "host 'nowhere.default.svc.cluster.local'; requests get 503 NC");
}

TEST(References, ANameWithOneDotIsNotExpanded) {
  ReferenceMesh mesh;
  mesh.ApplyRule("{hosts: [reviews], http: [{route: [{destination: {host: reviews.default}}]}]}");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/x: spec.http[0].route[0].destination.host: no Service has the "
            "host 'reviews.default'; a name with a dot is not expanded, write "
            "reviews.default.svc.cluster.local");
}

TEST(References, UnknownSubset) {
  ReferenceMesh mesh;
  mesh.ApplyRule(
      "{hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v9}}]}]}");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/x: spec.http[0].route[0].destination.subset: no "
            "DestinationRule for reviews.default.svc.cluster.local has the subset 'v9'; requests "
            "get 503 NC");
}

TEST(References, UnknownPort) {
  ReferenceMesh mesh;
  mesh.ApplyRule(
      "{hosts: [reviews], http: [{route: [{destination: {host: reviews, port: {number: 81}}}]}]}");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/x: spec.http[0].route[0].destination.port.number: "
            "reviews.default.svc.cluster.local has no port 81; requests get 503 NC");
}

TEST(References, UnknownGateway) {
  ReferenceMesh mesh;
  mesh.ApplyRule(
      "{hosts: [reviews], gateways: [mesh, ns/g], http: [{route: [{destination: {host: "
      "reviews}}]}]}");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/x: spec.gateways[1]: there is no Gateway ns/g");
}

TEST(References, AHostThatNoServerTakes) {
  ReferenceMesh mesh;
  mesh.AddIngressGateway();
  mesh.Apply(
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {selector: "
      "{istio: ingressgateway}, servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: "
      "['*.foo.com']}]}\n");
  mesh.ApplyRule(
      "{hosts: [foo.com], gateways: [g], http: [{route: [{destination: {host: reviews}}]}]}");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/x: spec.hosts[0]: no server of the Gateways named here takes "
            "'foo.com'");
}

TEST(References, AGatewayThatSelectsNothing) {
  ReferenceMesh mesh;
  mesh.Apply(
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {selector: "
      "{istio: ingressgateway}, servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: "
      "['*']}]}\n");
  EXPECT_EQ(mesh.OnlyWarning(),
            "Gateway default/g: spec.selector: no gateway pod has these labels; nothing listens");
  mesh.AddIngressGateway();
  EXPECT_TRUE(mesh.Compile().problems.empty());
}

TEST(References, ARuleHiddenByAnOlderOne) {
  ReferenceMesh mesh;
  mesh.ApplyRule("{hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}", "a");
  mesh.ApplyRule("{hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}", "b");
  EXPECT_EQ(mesh.OnlyWarning(),
            "VirtualService default/b: spec.hosts[0]: has no effect: VirtualService default/a has "
            "this host too and comes first");
}

TEST(References, ADestinationRuleForNobody) {
  ReferenceMesh mesh;
  mesh.Apply(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: x}\nspec: "
      "{host: nowhere}\n");
  EXPECT_EQ(mesh.OnlyWarning(),
            "DestinationRule default/x: spec.host: no Service has the host "
            "'nowhere.default.svc.cluster.local'");
}

TEST(References, AServiceWithoutSelector) {
  ReferenceMesh mesh;
  mesh.Apply("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80}]}\n");
  EXPECT_EQ(mesh.OnlyWarning(),
            "Service default/x: spec.selector: without a selector it has no endpoints: Endpoints "
            "objects are not yet effective");
}

TEST(References, ATcpServiceWithoutAddress) {
  ReferenceMesh mesh;
  mesh.Apply(
      "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {selector: {app: x}, ports: "
      "[{port: 80, name: tcp}]}\n");
  const CompileResult result = Compiler().Compile(mesh.store, mesh.pods, MeshOptions());
  ASSERT_EQ(result.problems.items().size(), 1u) << result.problems;
  EXPECT_EQ(result.problems.items()[0].message,
            "no address is known: port 80 (tcp) cannot be told apart and is passed on as unknown "
            "traffic");
}

}  // namespace
}  // namespace outrigger::control
