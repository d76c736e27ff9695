// What a user's own istio-proxy and istio-init may change, and that injecting again changes
// nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "injector/inject.h"
#include "injector/json.h"
#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

using testing::ElementsAre;

json::object WithProxy(std::string_view proxy_yaml, std::string_view annotations = "") {
  json::object pod = PodWith(annotations);
  pod["spec"].as_object()["containers"].as_array().insert(
      pod["spec"].as_object()["containers"].as_array().begin(), Yaml(proxy_yaml));
  return pod;
}

TEST(OverridesTest, TheUsersFieldsWinAndResourcesMergePerKey) {
  const json::object pod = MustInject(WithProxy(R"(
{name: istio-proxy, image: auto, resources: {requests: {cpu: 7m}}, lifecycle: {preStop: {sleep: {seconds: 5}}},
 env: [{name: TRUST_DOMAIN, value: other}, {name: MINE, value: x}], futureField: kept}
)"));
  EXPECT_THAT(Names(pod, "containers"), ElementsAre("app", "istio-proxy"));
  const json::object proxy = Container(pod, "istio-proxy");
  EXPECT_EQ(FindString(proxy, "image"), "outrigger/proxyv2:latest");
  EXPECT_EQ(
      At(proxy, "/resources"),
      json::value(Yaml("{requests: {cpu: 7m, memory: 128Mi}, limits: {cpu: '2', memory: 1Gi}}")));
  EXPECT_EQ(Env(proxy, "TRUST_DOMAIN"), "other");
  EXPECT_EQ(Env(proxy, "MINE"), "x");
  EXPECT_EQ(FindString(proxy, "futureField"), "kept");
  EXPECT_EQ(At(proxy, "/lifecycle/preStop/sleep/seconds"), json::value(5));
}

TEST(OverridesTest, AreRememberedWithoutTheWordAuto) {
  const json::object pod = MustInject(WithProxy("{name: istio-proxy, image: auto, tty: true}"));
  EXPECT_EQ(Annotation(pod, "proxy.istio.io/overrides"),
            R"({"containers":[{"name":"istio-proxy","tty":true}]})");
}

TEST(OverridesTest, AnImageOfTheUsersIsKept) {
  const json::object pod = MustInject(WithProxy("{name: istio-proxy, image: mine:1}"));
  EXPECT_EQ(FindString(Container(pod, "istio-proxy"), "image"), "mine:1");
}

TEST(OverridesTest, AnotherProbeHandlerReplacesOurs) {
  const json::object pod = MustInject(WithProxy(
      "{name: istio-proxy, readinessProbe: {exec: {command: [ready]}, periodSeconds: 1}}"));
  EXPECT_EQ(At(Container(pod, "istio-proxy"), "/readinessProbe"),
            json::value(Yaml("{exec: {command: [ready]}, periodSeconds: 1, timeoutSeconds: 3, "
                             "failureThreshold: 4}")));
}

TEST(OverridesTest, TheUsersUidReachesTheRules) {
  const char* proxy = "{name: istio-proxy, securityContext: {runAsUser: 2000}}";
  EXPECT_EQ(Args(Container(MustInject(WithProxy(proxy)), "istio-init")).at(6), "2000");
  InjectorOptions cni;
  cni.cni = true;
  EXPECT_EQ(At(Container(MustInject(WithProxy(proxy), cni), "istio-validation"),
               "/securityContext/runAsUser"),
            json::value(2000));
}

TEST(OverridesTest, RootIsNotLetThroughTheRules) {
  const json::object pod =
      MustInject(WithProxy("{name: istio-proxy, securityContext: {runAsUser: 0}}"));
  EXPECT_EQ(Args(Container(pod, "istio-init")).at(6), "1337");
}

TEST(OverridesTest, TproxyForcesRoot) {
  const json::object pod =
      MustInject(WithProxy("{name: istio-proxy, securityContext: {runAsUser: 2000}}",
                           "sidecar.istio.io/interceptionMode: TPROXY"));
  EXPECT_EQ(At(Container(pod, "istio-proxy"), "/securityContext/runAsUser"), json::value(0));
  EXPECT_EQ(Args(Container(pod, "istio-init")).at(6), "1337");
}

TEST(OverridesTest, AUsersProxyMovesToTheNativePlace) {
  InjectorOptions options;
  options.native_sidecars = NativeSidecars::kOn;
  const json::object pod = MustInject(WithProxy("{name: istio-proxy, tty: true}"), options);
  EXPECT_THAT(Names(pod, "initContainers"), ElementsAre("istio-init", "istio-proxy"));
  EXPECT_THAT(Names(pod, "containers"), ElementsAre("app"));
  EXPECT_EQ(At(Container(pod, "istio-proxy"), "/tty"), json::value(true));
  EXPECT_EQ(MustInject(pod, options), pod);
}

TEST(OverridesTest, ABrokenAnnotationRefusesThePod) {
  EXPECT_EQ(Refusal(PodWith("proxy.istio.io/overrides: '{\"containers\":[{}]}'")),
            "invalid value '{\"containers\":[{}]}' for annotation 'proxy.istio.io/overrides': "
            "spec.containers[0].name is missing or not a string");
  EXPECT_EQ(
      Refusal(PodWith("proxy.istio.io/overrides: nonsense")),
      "invalid value 'nonsense' for annotation 'proxy.istio.io/overrides': is not a JSON object");
}

TEST(OverridesTest, ANameOfOursInTheWrongListRefusesThePod) {
  EXPECT_EQ(Refusal(Yaml("spec: {containers: [{name: istio-init}]}")),
            "spec.containers has a container named 'istio-init', the name of the mesh's init "
            "container; rename it");
}

TEST(ReinjectionTest, AStatusAnnotationCannotHideAnApp) {
  const json::object pod = MustInject(
      PodWith(R"(sidecar.istio.io/status: '{"containers":["app"],"initContainers":null}')"));
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "ISTIO_META_APP_CONTAINERS"), "app");
}

TEST(ReinjectionTest, SwitchingToNativeMovesTheInjectedProxy) {
  const json::object once = MustInject(PodWith(""));
  InjectorOptions options;
  options.native_sidecars = NativeSidecars::kOn;
  EXPECT_EQ(MustInject(once, options), MustInject(PodWith(""), options));
}

TEST(ReinjectionTest, DefaultsOfTheApiServerStay) {
  json::object pod = MustInject(PodWith(""));
  json::object& proxy = pod["spec"].as_object()["containers"].as_array()[1].as_object();
  proxy["terminationMessagePath"] = "/dev/termination-log";
  pod["spec"]
      .as_object()["volumes"]
      .as_array()[7]
      .as_object()["configMap"]
      .as_object()["defaultMode"] = 420;
  EXPECT_EQ(MustInject(pod), pod);
}

struct PodCase {
  const char* name;
  const char* pod;
  friend std::ostream& operator<<(std::ostream& out, const PodCase& row) { return out << row.name; }
};

const PodCase kPods[] = {
    {"Plain", "spec: {containers: [{name: app}]}"},
    {"NoContainers", "spec: {}"},
    {"ManyPorts",
     "spec: {containers: [{name: a, ports: [{containerPort: 1, name: x}]}, {name: b, ports: "
     "[{containerPort: 2}]}]}"},
    {"OwnProxyFirst",
     "spec: {containers: [{name: istio-proxy, ports: [{containerPort: 5}], image: auto, args: [x], "
     "env: [{name: A, value: b}, {name: POD_NAME, value: p}, {name: ISTIO_META_NETWORK, value: "
     "n}]}, "
     "{name: app, ports: [{containerPort: 6}]}]}"},
    {"OwnEnvWeWriteLater",
     "spec: {containers: [{name: istio-proxy, env: [{name: ISTIO_KUBE_APP_PROBERS, value: '{}'}, "
     "{name: ISTIO_PROMETHEUS_ANNOTATIONS, value: '{}'}, {name: Z, value: z}]}, "
     "{name: app, readinessProbe: {httpGet: {port: 80}}}]}"},
    {"OwnInit",
     "spec: {initContainers: [{name: istio-init, args: [mine]}, {name: a}], containers: "
     "[{name: app}]}"},
    {"Probes",
     "spec: {containers: [{name: app, ports: [{containerPort: 80, name: web}], readinessProbe: "
     "{httpGet: {port: web, path: /r}}, livenessProbe: {tcpSocket: {port: nope}}, startupProbe: "
     "{grpc: {port: 9}}, lifecycle: {preStop: {tcpSocket: {port: 80}}}}]}"},
    {"Metrics",
     "{metadata: {annotations: {prometheus.io/port: '80', prometheus-io/scrape: 'true'}}, spec: "
     "{containers: [{name: app}]}}"},
    {"MetricTargets",
     "{metadata: {annotations: {prometheus.istio.io/scrape-targets: '80:/m,81:/n'}}, spec: "
     "{containers: [{name: app}]}}"},
    {"Annotations",
     "{metadata: {annotations: {proxy.istio.io/config: '{statusPort: 15025, concurrency: 3}', "
     "sidecar.istio.io/userVolume: '{\"v\":{\"emptyDir\":{}}}', "
     "sidecar.istio.io/userVolumeMount: '{\"v\":{\"mountPath\":\"/v\"}}', "
     "sidecar.istio.io/bootstrapOverride: b, traffic.sidecar.istio.io/excludeInboundPorts: ' 1 , "
     "2'}}, "
     "spec: {containers: [{name: app, readinessProbe: {httpGet: {port: 80}}}]}}"},
    {"AgentPortAlreadyTheirs",
     "{metadata: {annotations: {prometheus.io/port: '15020'}}, spec: {containers: [{name: app, "
     "readinessProbe: {httpGet: {port: 15020, path: /healthz/ready}}}]}}"},
    {"StatusLiesAboutInit",
     "{metadata: {annotations: {sidecar.istio.io/status: '{\"containers\":[\"istio-proxy\"]}'}}, "
     "spec: {initContainers: [{name: istio-init, args: [mine]}], containers: [{name: app}]}}"},
    {"MetadataWithOurVariables",
     "{metadata: {annotations: {proxy.istio.io/config: 'proxyMetadata: {POD_NAME: x, "
     "ISTIO_KUBE_APP_PROBERS: \"{}\", ISTIO_META_CLUSTER_ID: west}', "
     "sidecar.istio.io/userVolumeMount: '{\"v\":{\"mountPath\":\"/etc/istio/pod\"}}'}}, "
     "spec: {containers: [{name: app, readinessProbe: {httpGet: {port: 80}}}]}}"},
    {"ItemsWithoutKeys",
     "spec: {containers: [{name: istio-proxy, env: [{value: x}], ports: [{name: x}]}]}"},
    {"BothTemplates",
     "{metadata: {annotations: {inject.istio.io/templates: 'gateway,sidecar'}}, spec: {containers: "
     "[{name: app}]}}"},
    {"RememberedElsewhere",
     "{metadata: {annotations: {proxy.istio.io/overrides: '{\"containers\":[{\"name\":"
     "\"istio-proxy\",\"tty\":true}]}'}}, spec: {initContainers: [{name: istio-proxy, stdin: "
     "true}], "
     "containers: [{name: app}]}}"},
    {"VolumeWithOurName",
     "spec: {volumes: [{name: istio-data, hostPath: {path: /x}}], containers: [{name: app}]}"},
};

class IdempotenceTest : public testing::TestWithParam<PodCase> {};

TEST_P(IdempotenceTest, InjectingAgainGivesTheSamePod) {
  InjectorOptions plain;
  InjectorOptions loaded;
  loaded.cluster_name = "east";
  loaded.network = "net";
  loaded.native_sidecars = NativeSidecars::kOn;
  loaded.image_pull_secrets = {"s"};
  loaded.proxy_config = Yaml("proxyMetadata: {B: '2', A: '1', ISTIO_META_ENABLE_HBONE: 'true'}");
  InjectorOptions cni = plain;
  cni.cni = true;
  cni.hold_application = true;
  for (const InjectorOptions& options : {plain, loaded, cni}) {
    const json::object once = MustInject(Yaml(GetParam().pod), options);
    const json::object twice = MustInject(once, options);
    EXPECT_EQ(ToText(twice), ToText(once));  // text: the order counts too
  }
}
INSTANTIATE_TEST_SUITE_P(Pods, IdempotenceTest, testing::ValuesIn(kPods), kRowName);

}  // namespace
}  // namespace outrigger::injector
