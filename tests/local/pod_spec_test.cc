#include "local/pod_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "proxy/config/document.h"

namespace outrigger::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

absl::StatusOr<PodSpec> Read(std::string_view yaml) {
  config::Problems problems;
  const auto documents = config::ReadDocuments(yaml, "pod.yaml", &problems);
  EXPECT_FALSE(problems.has_errors()) << problems;
  return ReadPodSpec(documents.at(0).root().as_object());
}

constexpr std::string_view kPod = R"(
metadata: {name: web-0, namespace: shop, labels: {app: web}, annotations: {note: x}}
spec:
  serviceAccountName: web
  terminationGracePeriodSeconds: 5
  securityContext: {runAsUser: 7, sysctls: [{name: net.ipv4.ip_local_port_range, value: "1 2"}]}
  initContainers:
  - {name: rules, image: i, securityContext: {runAsUser: 0, capabilities: {add: [NET_ADMIN], drop: [ALL]}}}
  - {name: helper, image: i, restartPolicy: Always}
  containers:
  - name: app
    image: web:1
    args: [--port, "80"]
    ports: [{name: http, containerPort: 8080}]
    resources: {limits: {cpu: 2, memory: 1Gi}}
    readinessProbe: {httpGet: {port: http, path: /ready, httpHeaders: [{name: X, value: y}]}, periodSeconds: 3}
    livenessProbe: {tcpSocket: {port: 8080}, failureThreshold: 9}
    lifecycle: {preStop: {exec: {command: [sync]}}}
    volumeMounts: [{name: data, mountPath: /data, readOnly: true, subPath: a}]
  volumes:
  - {name: data, emptyDir: {}}
  - {name: token, projected: {sources: [{serviceAccountToken: {path: t}}]}}
  - {name: none}
)";

TEST(PodSpecTest, ReadsWhatTheNodeNeeds) {
  const auto pod = Read(kPod);
  ASSERT_TRUE(pod.ok()) << pod.status();
  EXPECT_EQ(pod->hostname, "web-0");
  EXPECT_EQ(pod->service_account, "web");
  EXPECT_EQ(pod->grace_period.count(), 5);
  EXPECT_THAT(pod->sysctls, ElementsAre(Pair("net.ipv4.ip_local_port_range", "1 2")));
  ASSERT_EQ(pod->init_containers.size(), 2U);
  EXPECT_FALSE(pod->init_containers[0].restart_always);
  EXPECT_TRUE(pod->init_containers[1].restart_always);
  ASSERT_EQ(pod->containers.size(), 1U);
  const ContainerSpec& app = pod->containers[0];
  EXPECT_THAT(app.args, ElementsAre("--port", "80"));
  EXPECT_THAT(app.limits, ElementsAre(Pair("cpu", "2"), Pair("memory", "1Gi")));
  ASSERT_EQ(pod->volumes.size(), 3U);
  EXPECT_EQ(pod->volumes[1].files.at(0).source, VolumeFile::Source::kToken);
  EXPECT_EQ(pod->volumes[2].kind, VolumeSpec::Kind::kEmptyDir);
}

TEST(PodSpecTest, NamedProbePortsAreThoseOfTheContainer) {
  const auto pod = Read(kPod);
  ASSERT_TRUE(pod.ok());
  const auto& get = std::get<HttpGet>(pod->containers[0].readiness->action);
  EXPECT_EQ(get.port, 8080);
  EXPECT_EQ(get.path, "/ready");
  EXPECT_EQ(pod->containers[0].readiness->period.count(), 3);
  EXPECT_EQ(pod->containers[0].liveness->failure_threshold, 9);
}

TEST(PodSpecTest, ContainerSettingsWinOverThePods) {
  const auto pod = Read(kPod);
  ASSERT_TRUE(pod.ok());
  EXPECT_EQ(pod->init_containers[0].security.run_as_user, 0);
  EXPECT_THAT(pod->init_containers[0].security.add_capabilities, ElementsAre("NET_ADMIN"));
  EXPECT_EQ(pod->containers[0].security.run_as_user, 7);
}

struct BadCase {
  const char* name;
  const char* spec;
  const char* want;
};
class BadPodTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadPodTest, IsRefusedWithTheFieldsName) {
  const auto pod = Read(std::string("metadata: {name: p}\nspec: ") + GetParam().spec);
  ASSERT_FALSE(pod.ok());
  EXPECT_THAT(std::string(pod.status().message()), HasSubstr(GetParam().want));
}

const BadCase kBadCases[] = {
    {"NoContainers", "{containers: []}", "spec.containers: a pod needs at least one"},
    {"UnknownPortName", "{containers: [{name: a, readinessProbe: {httpGet: {port: web}}}]}",
     "no container port is called web"},
    {"PortTooBig", "{containers: [{name: a, readinessProbe: {tcpSocket: {port: 70000}}}]}",
     "70000 is not a port"},
    {"NumberAsArgument", "{containers: [{name: a, args: [8080]}]}", "put quotes around 8080"},
    {"BooleanAsValue", "{containers: [{name: a, env: [{name: X, value: true}]}]}",
     "env X: value: not a string; put quotes around true"},
    {"TextAsPeriod",
     "{containers: [{name: a, livenessProbe: {tcpSocket: {port: 1}, periodSeconds: often}}]}",
     "periodSeconds: not a number"},
};
INSTANTIATE_TEST_SUITE_P(All, BadPodTest, testing::ValuesIn(kBadCases),
                         [](const auto& row) { return std::string(row.param.name); });

struct QuantityCase {
  const char* name;
  const char* quantity;
  const char* divisor;
  std::optional<std::int64_t> want;
};
class QuantityTest : public testing::TestWithParam<QuantityCase> {};
TEST_P(QuantityTest, DividesAndRoundsUp) {
  EXPECT_EQ(DivideQuantity(GetParam().quantity, GetParam().divisor), GetParam().want);
}
const QuantityCase kQuantities[] = {
    {"WholeCores", "2", "1", 2},
    {"HalfACore", "500m", "1", 1},
    {"MillisByMillis", "1500m", "1m", 1500},
    {"GibInBytes", "1Gi", "1", 1 << 30},
    {"GibInMib", "1Gi", "1Mi", 1024},
    {"NoDivisor", "3", "", 3},
    {"Text", "lots", "1", std::nullopt},
    {"Empty", "", "1", std::nullopt},
    {"Negative", "-1", "1", std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(All, QuantityTest, testing::ValuesIn(kQuantities),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace outrigger::local
