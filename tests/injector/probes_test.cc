#include "injector/probes.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

struct ProbeCase {
  const char* name;
  const char* container;  // fields of container `app`, YAML
  const char* want;       // the same fields afterwards
  const char* probers;    // ISTIO_KUBE_APP_PROBERS
  friend std::ostream& operator<<(std::ostream& out, const ProbeCase& row) {
    return out << row.name;
  }
};

const ProbeCase kCases[] = {
    {"HttpKeepsHeadersHostAndTimings",
     "{readinessProbe: {httpGet: {path: /r, port: 80, host: h, httpHeaders: [{name: a, value: "
     "b}]}, "
     "periodSeconds: 9, timeoutSeconds: 4}}",
     "{readinessProbe: {httpGet: {path: /app-health/app/readyz, port: 15020, host: h, httpHeaders: "
     "[{name: a, value: b}]}, periodSeconds: 9, timeoutSeconds: 4}}",
     R"({"/app-health/app/readyz":{"httpGet":{"path":"/r","port":80,"host":"h",)"
     R"("httpHeaders":[{"name":"a","value":"b"}]},"timeoutSeconds":4}})"},
    {"HttpsIsAskedOverHttp", "{livenessProbe: {httpGet: {path: /l, port: 443, scheme: HTTPS}}}",
     "{livenessProbe: {httpGet: {path: /app-health/app/livez, port: 15020, scheme: HTTP}}}",
     R"({"/app-health/app/livez":{"httpGet":{"path":"/l","port":443,"scheme":"HTTPS"}}})"},
    {"TcpBecomesHttp", "{startupProbe: {tcpSocket: {port: 3306}, failureThreshold: 30}}",
     "{startupProbe: {failureThreshold: 30, httpGet: {path: /app-health/app/startupz, port: "
     "15020}}}",
     R"({"/app-health/app/startupz":{"tcpSocket":{"port":3306}}})"},
    {"GrpcBecomesHttp", "{livenessProbe: {grpc: {port: 9, service: s}, timeoutSeconds: 1}}",
     "{livenessProbe: {timeoutSeconds: 1, httpGet: {path: /app-health/app/livez, port: 15020}}}",
     R"({"/app-health/app/livez":{"grpc":{"port":9,"service":"s"},"timeoutSeconds":1}})"},
    {"NamedPortIsResolved",
     "{ports: [{containerPort: 8080, name: web}], readinessProbe: {httpGet: {port: web}}}",
     "{ports: [{containerPort: 8080, name: web}], readinessProbe: {httpGet: {path: "
     "/app-health/app/readyz, port: 15020}}}",
     R"({"/app-health/app/readyz":{"httpGet":{"port":8080}}})"},
    {"UnknownPortNameIsRewrittenButNotStored",
     "{readinessProbe: {httpGet: {port: gone}}, livenessProbe: {httpGet: {port: 1}}}",
     "{readinessProbe: {httpGet: {path: /app-health/app/readyz, port: 15020}}, livenessProbe: "
     "{httpGet: {path: /app-health/app/livez, port: 15020}}}",
     R"({"/app-health/app/livez":{"httpGet":{"port":1}}})"},
    {"NumberAsText", "{readinessProbe: {tcpSocket: {port: '81'}}}",
     "{readinessProbe: {httpGet: {path: /app-health/app/readyz, port: 15020}}}",
     R"({"/app-health/app/readyz":{"tcpSocket":{"port":81}}})"},
    {"LifecycleHandlersHaveNoTimeout",
     "{lifecycle: {preStop: {httpGet: {path: /bye, port: 80}}, postStart: {tcpSocket: {port: "
     "80}}}}",
     "{lifecycle: {preStop: {httpGet: {path: /app-lifecycle/app/prestopz, port: 15020}}, "
     "postStart: "
     "{httpGet: {path: /app-lifecycle/app/poststartz, port: 15020}}}}",
     R"({"/app-lifecycle/app/poststartz":{"tcpSocket":{"port":80}},)"
     R"("/app-lifecycle/app/prestopz":{"httpGet":{"path":"/bye","port":80}}})"},
    {"ExecAndSleepStay",
     "{livenessProbe: {exec: {command: [x]}}, lifecycle: {preStop: {sleep: {seconds: 1}}}}",
     "{livenessProbe: {exec: {command: [x]}}, lifecycle: {preStop: {sleep: {seconds: 1}}}}",
     "<absent>"},
    {"ProbesOfTheAgentStay", "{readinessProbe: {httpGet: {path: /healthz/ready, port: 15020}}}",
     "{readinessProbe: {httpGet: {path: /healthz/ready, port: 15020}}}", "<absent>"},
    {"ZeroTimeoutIsOmitted", "{livenessProbe: {httpGet: {port: 1}, timeoutSeconds: 0}}",
     "{livenessProbe: {httpGet: {path: /app-health/app/livez, port: 15020}, timeoutSeconds: 0}}",
     R"({"/app-health/app/livez":{"httpGet":{"port":1}}})"},
};

json::object PodWithContainer(const char* fields, const char* list = "containers") {
  json::object container = Yaml(fields);
  container["name"] = "app";
  json::object pod = Yaml("spec: {containers: []}");
  pod["spec"].as_object()[list] = json::array{container};
  return pod;
}

class ProbesTest : public testing::TestWithParam<ProbeCase> {};

TEST_P(ProbesTest, GoThroughTheAgent) {
  const json::object pod = MustInject(PodWithContainer(GetParam().container));
  json::object want = Yaml(GetParam().want);
  want["name"] = "app";
  EXPECT_EQ(json::value(Container(pod, "app")), json::value(want));
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "ISTIO_KUBE_APP_PROBERS"), GetParam().probers);
}
INSTANTIATE_TEST_SUITE_P(Kinds, ProbesTest, testing::ValuesIn(kCases), kRowName);

constexpr char kHttpProbe[] = "{readinessProbe: {httpGet: {path: /r, port: 80}}}";

TEST(ProbeRewriteTest, CoversInitContainersThatStay) {
  const json::object pod = MustInject(PodWithContainer(kHttpProbe, "initContainers"));
  EXPECT_EQ(At(Container(pod, "app"), "/readinessProbe/httpGet/port"), json::value(15020));
}

TEST(ProbeRewriteTest, CanBeSwitchedOff) {
  InjectorOptions options;
  options.rewrite_probes = false;
  json::object pod = PodWithContainer(kHttpProbe);
  EXPECT_EQ(At(Container(MustInject(pod, options), "app"), "/readinessProbe/httpGet/port"),
            json::value(80));
  pod["metadata"] = Yaml("annotations: {sidecar.istio.io/rewriteAppHTTPProbers: 'T'}");
  EXPECT_EQ(At(Container(MustInject(pod, options), "app"), "/readinessProbe/httpGet/port"),
            json::value(15020));
}

TEST(ProbeRewriteTest, FollowsTheStatusPortAnnotation) {
  json::object pod = PodWithContainer(kHttpProbe);
  pod["metadata"] = Yaml("annotations: {status.sidecar.istio.io/port: '15025'}");
  const json::object injected = MustInject(pod);
  EXPECT_EQ(At(Container(injected, "app"), "/readinessProbe/httpGet/port"), json::value(15025));
  EXPECT_EQ(Args(Container(injected, "istio-init")).at(16), "15090,15021,15025");
  EXPECT_EQ(Annotation(injected, "prometheus.io/port"), "15025");
}

TEST(ProbeRewriteTest, NeedsAnAgentPort) {
  json::object pod = PodWithContainer(kHttpProbe);
  pod["metadata"] = Yaml("annotations: {status.sidecar.istio.io/port: '0'}");
  const json::object injected = MustInject(pod);
  EXPECT_EQ(At(Container(injected, "app"), "/readinessProbe/httpGet/port"), json::value(80));
  EXPECT_EQ(At(Container(injected, "istio-proxy"), "/readinessProbe"), json::value());
  EXPECT_EQ(At(Container(injected, "istio-proxy"), "/startupProbe"), json::value());
  EXPECT_EQ(Args(Container(injected, "istio-init")).at(16), "15090,15021");
}

TEST(ProbeRewriteTest, ALaterProbeJoinsTheStoredOnes) {
  json::object pod = MustInject(PodWithContainer(kHttpProbe));
  json::object& app = pod["spec"].as_object()["containers"].as_array()[0].as_object();
  app["livenessProbe"] = Yaml("httpGet: {port: 81}");
  EXPECT_EQ(Env(Container(MustInject(pod), "istio-proxy"), "ISTIO_KUBE_APP_PROBERS"),
            R"({"/app-health/app/livez":{"httpGet":{"port":81}},)"
            R"("/app-health/app/readyz":{"httpGet":{"path":"/r","port":80}}})");
}

}  // namespace
}  // namespace outrigger::injector
