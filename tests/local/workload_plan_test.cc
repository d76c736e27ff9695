#include "local/workload_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/store.h"

namespace outrigger::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kDeployment = R"(kind: Deployment
apiVersion: apps/v1
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: web:1
        ports: [{name: http, containerPort: 8080}]
)";

struct Planned {
  std::vector<PodPlan> pods;
  std::vector<std::string> lines;
};

Planned Plan(std::string_view text, const std::string& inject = {}) {
  control::Store store;
  config::Problems problems;
  store.AddText(text, "web.yaml", &problems);
  EXPECT_FALSE(problems.has_errors()) << problems;
  Planned out;
  out.pods =
      PlanPods(store, inject, [&](std::string line) { out.lines.push_back(std::move(line)); });
  return out;
}

TEST(WorkloadPlanTest, ADeploymentBecomesItsReplicas) {
  const Planned planned = Plan(kDeployment);
  ASSERT_THAT(planned.pods, SizeIs(2));
  EXPECT_NE(planned.pods[0].spec.name, planned.pods[1].spec.name);
  EXPECT_TRUE(planned.pods[0].spec.name.starts_with("web-"));
  EXPECT_EQ(planned.pods[0].workload, "web");
  EXPECT_EQ(planned.pods[0].spec.ns, "default");
  EXPECT_THAT(planned.lines, IsEmpty());
}

TEST(WorkloadPlanTest, NamesAreTheSameEveryTime) {
  EXPECT_EQ(Plan(kDeployment).pods[0].spec.name, Plan(kDeployment).pods[0].spec.name);
}

TEST(WorkloadPlanTest, WhereNamesFileLineAndObject) {
  const Planned planned = Plan(kDeployment);
  EXPECT_EQ(planned.pods.at(0).where("app"), "web.yaml:12: Deployment default/web");
  EXPECT_EQ(planned.pods.at(0).where("istio-proxy"), "web.yaml:1: Deployment default/web");
}

TEST(WorkloadPlanTest, InjectedPodsHaveTheSidecarAndItsInit) {
  const Planned planned = Plan(kDeployment, "default");
  ASSERT_THAT(planned.pods, SizeIs(2));
  const PodSpec& spec = planned.pods[0].spec;
  ASSERT_THAT(spec.containers, SizeIs(2));
  EXPECT_EQ(spec.containers[1].name, "istio-proxy");
  ASSERT_THAT(spec.init_containers, SizeIs(1));
  EXPECT_EQ(spec.init_containers[0].name, "istio-init");
  EXPECT_EQ(spec.init_containers[0].args.at(0), "istio-iptables");
}

TEST(WorkloadPlanTest, NamespaceLabelInjectsToo) {
  const Planned planned = Plan(std::string("kind: Namespace\napiVersion: v1\nmetadata: {name: "
                                           "default, labels: {istio-injection: enabled}}\n---\n") +
                               std::string(kDeployment));
  EXPECT_THAT(planned.pods.at(0).spec.containers, SizeIs(2));
}

TEST(WorkloadPlanTest, ControlPodKnowsRolePortsAndWorkload) {
  const Planned planned = Plan(kDeployment, "default");
  const control::Pod pod = ToControlPod(planned.pods.at(0), "10.244.0.2", true, true);
  EXPECT_EQ(pod.role, control::ProxyRole::kSidecar);
  EXPECT_EQ(pod.workload, "web");
  EXPECT_THAT(pod.addresses, ElementsAre("10.244.0.2"));
  EXPECT_EQ(pod.ports.at(0).name, "http");
}

TEST(WorkloadPlanTest, AWrongPodIsOneLineAndTheRestIsPlanned) {
  const Planned planned = Plan(
      "kind: Pod\napiVersion: v1\nmetadata: {name: bad}\nspec: {containers: [{name: a, args: "
      "[1]}]}\n---\n"
      "kind: Pod\napiVersion: v1\nmetadata: {name: good}\nspec: {containers: [{name: a, image: "
      "x}]}\n");
  ASSERT_THAT(planned.pods, SizeIs(1));
  EXPECT_EQ(planned.pods[0].spec.name, "good");
  ASSERT_THAT(planned.lines, SizeIs(1));
  EXPECT_THAT(
      planned.lines[0],
      HasSubstr("web.yaml:1: Pod default/bad: args: not a list of strings; put quotes around 1"));
}

constexpr std::string_view kGateway = R"(kind: Gateway
apiVersion: networking.istio.io/v1
metadata: {name: g}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
)";

TEST(IngressGatewayTest, IsWantedByAGatewayThatSelectsIt) {
  control::Store store;
  config::Problems problems;
  EXPECT_FALSE(WantsIngressGateway(store));
  store.AddText(kGateway, "g.yaml", &problems);
  EXPECT_TRUE(WantsIngressGateway(store));
  EXPECT_EQ(GatewayListener(store), "0.0.0.0_8080");  // 80 is the Service's port
}

TEST(IngressGatewayTest, ItsManifestsAreGoodAndMakeOneGatewayPod) {
  control::Store store;
  config::Problems problems;
  store.AddText(IngressGatewayManifests(), "gateway", &problems);
  EXPECT_TRUE(problems.empty()) << problems;
  const auto pods = PlanPods(store, "", [](const std::string& line) { ADD_FAILURE() << line; });
  ASSERT_THAT(pods, SizeIs(1));
  EXPECT_EQ(ToControlPod(pods[0], "10.244.0.2", true, true).role, control::ProxyRole::kGateway);
  EXPECT_EQ(pods[0].workload, "istio-ingressgateway");
}

}  // namespace
}  // namespace outrigger::local
