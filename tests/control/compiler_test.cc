#include "control/compiler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

constexpr std::string_view kRule = R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - match: [{headers: {b: {exact: '1'}, a: {exact: '2'}, c: {}}, sourceLabels: {app: one}}]
    route: [{destination: {host: reviews}, headers: {request: {set: {q: '1', p: '2', r: '3'}}}}]
)";

void Fill(MeshFixture& mesh) {
  mesh.AddService("reviews", 9080);
  mesh.AddService("db", 3306, "tcp");
  mesh.Apply(kRule);
  mesh.AddPod("one");
  mesh.AddPod("two");
  mesh.AddPod("reviews", "v1");
}

TEST(Compiler, EqualInputGivesEqualBytesWhateverTheOrderOfPods) {
  MeshFixture first;
  Fill(first);
  MeshFixture second;
  Fill(second);
  std::ranges::reverse(second.pods);
  const CompileResult a = first.Compile();
  const CompileResult b = second.Compile();
  ASSERT_EQ(a.proxies.size(), 3u);
  ASSERT_EQ(b.proxies.size(), 3u);
  for (std::size_t i = 0; i < a.proxies.size(); ++i) {
    EXPECT_EQ(a.proxies[i].pod(), b.proxies[i].pod());
    EXPECT_EQ(a.proxies[i].version(), b.proxies[i].version());
    EXPECT_EQ(a.proxies[i].Config().SerializeAsString(), b.proxies[i].Config().SerializeAsString());
  }
}

TEST(Compiler, VersionChangesWithTheContentAndOnlyThen) {
  MeshFixture mesh;
  Fill(mesh);
  const std::string before = mesh.Compile().Find("default", "one-0")->version();
  EXPECT_EQ(mesh.ConfigOf("default", "one-0").version(), before);
  mesh.Apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: irrelevant}\n");
  EXPECT_EQ(mesh.Compile().Find("default", "one-0")->version(), before);
  mesh.AddPod("reviews", "v2");
  EXPECT_NE(mesh.Compile().Find("default", "one-0")->version(), before);
}

TEST(Compiler, PodsWithoutProxyGetNothing) {
  MeshFixture mesh;
  mesh.AddPod("plain", {}, "default", ProxyRole::kNone);
  EXPECT_TRUE(mesh.Compile().proxies.empty());
}

TEST(Compiler, SourceLabelsTellWorkloadsOfANamespaceApart) {
  MeshFixture mesh;
  Fill(mesh);
  const auto routes = [&](std::string_view pod) {
    return TableNamed(mesh.ConfigOf("default", pod), "9080").virtual_hosts(0).routes(0);
  };
  EXPECT_EQ(routes("one-0").match().headers_size(), 3);
  EXPECT_EQ(routes("two-0").name(), "default");
}

constexpr std::string_view kRuleOfMany = R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: s{0}, namespace: ns{1}}}
spec: {{hosts: [s{0}], http: [{{route: [{{destination: {{host: s{0}, subset: v1}}}}]}}]}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: s{0}, namespace: ns{1}}}
spec: {{host: s{0}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}
)";

// The promise is about a second on a laptop core. The bound is loose, for sanitizers and busy
// machines; it is there to catch work that grows with the square of the mesh.
TEST(Compiler, AThousandServicesAndTwoHundredPods) {
  MeshFixture mesh;
  for (int i = 0; i < 1000; ++i) {
    mesh.AddService(fmt::format("s{}", i), 8080, "http", fmt::format("ns{}", i % 20));
    mesh.Apply(fmt::format(kRuleOfMany, i, i % 20));
  }
  for (int i = 0; i < 200; ++i) {
    mesh.AddPod(fmt::format("s{}", i), "v1", fmt::format("ns{}", i % 20)).addresses = {
        fmt::format("10.1.{}.{}", i / 250, i % 250 + 1)};
  }
  ASSERT_TRUE(mesh.problems.empty()) << mesh.problems;
  mesh.Compile();
  const auto start = std::chrono::steady_clock::now();
  const CompileResult result = mesh.Compile();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  RecordProperty("seconds", std::to_string(took.count()));
  EXPECT_LT(took.count(), 20.0);
  EXPECT_TRUE(result.problems.empty()) << result.problems;
  ASSERT_EQ(result.proxies.size(), 200u);
  const v1::ProxyConfig config = result.Find("ns1", "s1-v1-0")->Config();
  EXPECT_EQ(TableNamed(config, "8080").virtual_hosts_size(), 1001);
  EXPECT_EQ(config.workloads_size(), 200);
}

}  // namespace
}  // namespace outrigger::control
