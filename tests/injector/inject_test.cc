#include "injector/inject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "injector/json.h"
#include "injector/prior.h"
#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;
using Strings = std::vector<std::string>;

/// A pod as the API server sends it for a Deployment `details-v1`.
json::object Details() {
  return Yaml(R"(
metadata:
  generateName: details-v1-7f4d9c-
  labels: {app: details, version: v1, pod-template-hash: 7f4d9c}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: details-v1-7f4d9c, controller: true}]
spec:
  serviceAccountName: bookinfo-details
  containers:
  - name: details
    image: details:1
    ports: [{containerPort: 9080}]
    futureField: {kept: [1, 2]}
  terminationGracePeriodSeconds: 7
)");
}

TEST(InjectTest, AddsLabels) {
  const json::object pod = MustInject(Details());
  EXPECT_EQ(Label(pod, "security.istio.io/tlsMode"), "istio");
  EXPECT_EQ(Label(pod, "service.istio.io/canonical-name"), "details");
  EXPECT_EQ(Label(pod, "service.istio.io/canonical-revision"), "v1");
  EXPECT_EQ(Label(pod, "topology.istio.io/network"), "<absent>");
  EXPECT_EQ(Label(pod, "app"), "details");
}

TEST(InjectTest, AddsAnnotations) {
  const json::object pod = MustInject(Details());
  EXPECT_EQ(Annotation(pod, "istio.io/rev"), "default");
  EXPECT_EQ(Annotation(pod, "kubectl.kubernetes.io/default-container"), "details");
  EXPECT_EQ(Annotation(pod, "kubectl.kubernetes.io/default-logs-container"), "details");
  EXPECT_EQ(Annotation(pod, "prometheus.io/scrape"), "true");
  EXPECT_EQ(Annotation(pod, "prometheus.io/port"), "15020");
  EXPECT_EQ(Annotation(pod, "prometheus.io/path"), "/stats/prometheus");
  EXPECT_EQ(Annotation(pod, "proxy.istio.io/overrides"), "<absent>");
  EXPECT_EQ(Annotation(pod, "sidecar.istio.io/status"),
            R"({"initContainers":["istio-init"],"containers":["istio-proxy"],)"
            R"("volumes":["workload-socket","credential-socket","workload-certs","istio-envoy",)"
            R"("istio-data","istio-podinfo","istio-token","istiod-ca-cert","istio-ca-crl"],)"
            R"("imagePullSecrets":null,"revision":"default"})");
}

TEST(InjectTest, LeavesTheRestOfThePodAlone) {
  const json::object before = Details();
  const json::object pod = MustInject(before);
  EXPECT_EQ(At(pod, "/spec/containers/0"), At(before, "/spec/containers/0"));
  EXPECT_EQ(At(pod, "/spec/terminationGracePeriodSeconds"), json::value(7));
  EXPECT_EQ(
      ToText(At(pod, "/spec")).find(R"({"serviceAccountName":"bookinfo-details","containers")"), 0u)
      << "order of keys";
  EXPECT_THAT(Names(pod, "containers"), ElementsAre("details", "istio-proxy"));
  EXPECT_THAT(Names(pod, "initContainers"), ElementsAre("istio-init"));
}

TEST(InjectTest, InitContainerHasTheContractsArguments) {
  const json::object init = Container(MustInject(Details()), "istio-init");
  EXPECT_EQ(Args(init), (Strings{"istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m",
                                 "REDIRECT", "-i", "*", "-x", "", "-b", "*", "-d",
                                 "15090,15021,15020", "--log_output_level=default:info"}));
  EXPECT_EQ(FindString(init, "image"), "outrigger/proxyv2:latest");
  EXPECT_EQ(At(init, "/securityContext"), json::value(Yaml(R"(
{allowPrivilegeEscalation: false, capabilities: {add: [NET_ADMIN, NET_RAW], drop: [ALL]},
 privileged: false, readOnlyRootFilesystem: false, runAsGroup: 0, runAsNonRoot: false, runAsUser: 0}
)")));
}

TEST(InjectTest, SidecarIsTheContracts) {
  json::object proxy = Container(MustInject(Details()), "istio-proxy");
  Remove(proxy, "env");
  Remove(proxy, "volumeMounts");
  EXPECT_EQ(json::value(proxy), json::value(Yaml(R"(
name: istio-proxy
image: outrigger/proxyv2:latest
args: [proxy, sidecar, --domain, $(POD_NAMESPACE).svc.cluster.local, --proxyLogLevel=warning,
       "--proxyComponentLogLevel=misc:error", "--log_output_level=default:info"]
ports: [{containerPort: 15090, protocol: TCP, name: http-envoy-prom}]
resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: "2", memory: 1Gi}}
readinessProbe:
  {httpGet: {path: /healthz/ready, port: 15021}, periodSeconds: 15, timeoutSeconds: 3,
   failureThreshold: 4}
startupProbe:
  {httpGet: {path: /healthz/ready, port: 15021}, periodSeconds: 1, timeoutSeconds: 3,
   failureThreshold: 600}
securityContext:
  {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, privileged: false,
   readOnlyRootFilesystem: true, runAsGroup: 1337, runAsNonRoot: true, runAsUser: 1337}
)")));
}

TEST(InjectTest, EnvironmentIsCompleteAndInOrder) {
  const json::object proxy = Container(MustInject(Details()), "istio-proxy");
  EXPECT_EQ(EnvNames(proxy),
            (Strings{"PILOT_CERT_PROVIDER", "CA_ADDR", "POD_NAME", "POD_NAMESPACE", "INSTANCE_IP",
                     "SERVICE_ACCOUNT", "HOST_IP", "ISTIO_CPU_LIMIT", "PROXY_CONFIG",
                     "ISTIO_META_POD_PORTS", "ISTIO_META_APP_CONTAINERS", "GOMEMLIMIT",
                     "ISTIO_META_CLUSTER_ID", "ISTIO_META_NODE_NAME",
                     "ISTIO_META_INTERCEPTION_MODE", "ISTIO_META_WORKLOAD_NAME", "ISTIO_META_OWNER",
                     "ISTIO_META_MESH_ID", "TRUST_DOMAIN"}));
  EXPECT_EQ(Env(proxy, "CA_ADDR"), "istiod.istio-system.svc:15012");
  EXPECT_EQ(Env(proxy, "PROXY_CONFIG"), "{}\n");
  EXPECT_EQ(Env(proxy, "ISTIO_META_POD_PORTS"), R"([{"containerPort":9080}])");
  EXPECT_EQ(Env(proxy, "ISTIO_META_APP_CONTAINERS"), "details");
  EXPECT_EQ(Env(proxy, "ISTIO_META_CLUSTER_ID"), "Kubernetes");
  EXPECT_EQ(Env(proxy, "ISTIO_META_INTERCEPTION_MODE"), "REDIRECT");
  EXPECT_EQ(Env(proxy, "ISTIO_META_WORKLOAD_NAME"), "details-v1");
  EXPECT_EQ(Env(proxy, "ISTIO_META_OWNER"),
            "kubernetes://apis/apps/v1/namespaces/default/deployments/details-v1");
  EXPECT_EQ(Env(proxy, "ISTIO_META_MESH_ID"), "cluster.local");
  EXPECT_EQ(At(*FindNamed(proxy.at("env").as_array(), "POD_NAME"), "/valueFrom/fieldRef/fieldPath"),
            json::value("metadata.name"));
  EXPECT_EQ(At(*FindNamed(proxy.at("env").as_array(), "GOMEMLIMIT"), "/valueFrom/resourceFieldRef"),
            json::value(Yaml("{resource: limits.memory, divisor: '1'}")));
}

TEST(InjectTest, VolumesAndMountsAreTheContracts) {
  const json::object pod = MustInject(Details());
  EXPECT_EQ(At(pod, "/spec/volumes"), At(Yaml(R"(
v:
- {name: workload-socket, emptyDir: {}}
- {name: credential-socket, emptyDir: {}}
- {name: workload-certs, emptyDir: {}}
- {name: istio-envoy, emptyDir: {medium: Memory}}
- {name: istio-data, emptyDir: {}}
- name: istio-podinfo
  downwardAPI:
    items:
    - {path: labels, fieldRef: {fieldPath: metadata.labels}}
    - {path: annotations, fieldRef: {fieldPath: metadata.annotations}}
- name: istio-token
  projected:
    sources: [{serviceAccountToken: {audience: istio-ca, expirationSeconds: 43200, path: istio-token}}]
- {name: istiod-ca-cert, configMap: {name: istio-ca-root-cert}}
- {name: istio-ca-crl, configMap: {name: istio-ca-crl, optional: true}}
)"),
                                         "/v"));
  EXPECT_EQ(At(Container(pod, "istio-proxy"), "/volumeMounts"), At(Yaml(R"(
m:
- {name: workload-socket, mountPath: /var/run/secrets/workload-spiffe-uds}
- {name: credential-socket, mountPath: /var/run/secrets/credential-uds}
- {name: workload-certs, mountPath: /var/run/secrets/workload-spiffe-credentials}
- {name: istiod-ca-cert, mountPath: /var/run/secrets/istio}
- {name: istio-ca-crl, mountPath: /var/run/secrets/istio/crl}
- {name: istio-data, mountPath: /var/lib/istio/data}
- {name: istio-envoy, mountPath: /etc/istio/proxy}
- {name: istio-token, mountPath: /var/run/secrets/tokens}
- {name: istio-podinfo, mountPath: /etc/istio/pod}
)"),
                                                                   "/m"));
}

TEST(InjectTest, RevisionNamesItsControlPlane) {
  InjectorOptions options;
  options.revision = "canary";
  const json::object pod = MustInject(Details(), options);
  EXPECT_EQ(Annotation(pod, "istio.io/rev"), "canary");
  const json::object proxy = Container(pod, "istio-proxy");
  EXPECT_EQ(Env(proxy, "CA_ADDR"), "istiod-canary.istio-system.svc:15012");
  EXPECT_EQ(Env(proxy, "PROXY_CONFIG"),
            "{\"discoveryAddress\":\"istiod-canary.istio-system.svc:15012\"}\n");
}

TEST(InjectTest, ClusterNetworkAndUrlVariablesComeAfterTheTemplates) {
  InjectorOptions options;
  options.cluster_name = "east";
  options.network = "net-a";
  const json::object pod = MustInject(
      Details(), options, {"default", {}, {{"ISTIO_META_NETWORK", "net-b"}, {"A", "1"}}});
  const json::object proxy = Container(pod, "istio-proxy");
  const Strings names = EnvNames(proxy);
  EXPECT_EQ(Strings(names.end() - 3, names.end()),
            (Strings{"A", "ISTIO_META_CLUSTER_ID", "ISTIO_META_NETWORK"}));
  EXPECT_EQ(Env(proxy, "ISTIO_META_NETWORK"), "net-b");
  EXPECT_EQ(Label(pod, "topology.istio.io/network"), "net-b");
  EXPECT_EQ(std::count(names.begin(), names.end(), "ISTIO_META_CLUSTER_ID"), 1);
}

TEST(InjectTest, NetworkLabelOfThePodWins) {
  json::object pod = Details();
  pod["metadata"].as_object()["labels"].as_object()["topology.istio.io/network"] = "mine";
  InjectorOptions options;
  options.network = "net-a";
  const json::object injected = MustInject(pod, options);
  EXPECT_EQ(Env(Container(injected, "istio-proxy"), "ISTIO_META_NETWORK"), "mine");
  EXPECT_EQ(Label(injected, "topology.istio.io/network"), "mine");
}

TEST(InjectTest, CanonicalNameFallsBackAndIsALabelValue) {
  const std::string name(80, 'x');
  json::object pod = Yaml(
      "{metadata: {name: p, labels: {app: '', app.kubernetes.io/version: v9}}, "
      "spec: {containers: []}}");
  EXPECT_EQ(Label(MustInject(pod), "service.istio.io/canonical-name"), "p");
  EXPECT_EQ(Label(MustInject(pod), "service.istio.io/canonical-revision"), "v9");
  pod["metadata"].as_object()["name"] = name + "-tail";
  EXPECT_EQ(Label(MustInject(pod), "service.istio.io/canonical-name"), std::string(63, 'x'));
  pod["metadata"].as_object()["name"] = std::string(62, 'x') + "-tail";
  EXPECT_EQ(Label(MustInject(pod), "service.istio.io/canonical-name"), std::string(62, 'x'));
}

TEST(InjectTest, InterceptionModeNoneSetsNoRules) {
  const json::object pod = MustInject(PodWith("sidecar.istio.io/interceptionMode: NONE"));
  EXPECT_THAT(Names(pod, "initContainers"), ElementsAre());
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "ISTIO_META_INTERCEPTION_MODE"), "NONE");
}

TEST(InjectTest, TproxyNeedsRootAndNetAdmin) {
  const json::object pod = MustInject(PodWith("sidecar.istio.io/interceptionMode: TPROXY"));
  const json::object proxy = Container(pod, "istio-proxy");
  EXPECT_EQ(At(proxy, "/securityContext/runAsUser"), json::value(0));
  EXPECT_EQ(At(proxy, "/securityContext/runAsGroup"), json::value(1337));
  EXPECT_EQ(At(proxy, "/securityContext/runAsNonRoot"), json::value(false));
  EXPECT_EQ(At(proxy, "/securityContext/capabilities/add"), json::value(json::array{"NET_ADMIN"}));
}

TEST(InjectTest, CapNetBindServiceGivesLowPorts) {
  const json::object pod = MustInject(PodWith("sidecar.istio.io/capNetBindService: 'true'"));
  const json::object proxy = Container(pod, "istio-proxy");
  EXPECT_EQ(At(proxy, "/securityContext/runAsUser"), json::value(0));
  EXPECT_EQ(At(proxy, "/securityContext/capabilities/add"),
            json::value(json::array{"NET_BIND_SERVICE"}));
}

TEST(InjectTest, HoldPutsTheProxyFirstAndWaits) {
  const json::object pod =
      MustInject(PodWith("proxy.istio.io/config: 'holdApplicationUntilProxyStarts: true'"));
  EXPECT_THAT(Names(pod, "containers"), ElementsAre("istio-proxy", "app"));
  EXPECT_EQ(At(Container(pod, "istio-proxy"), "/lifecycle"),
            json::value(Yaml("postStart: {exec: {command: [pilot-agent, wait]}}")));
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "PROXY_CONFIG"),
            "{\"holdApplicationUntilProxyStarts\":true}\n");
}

TEST(InjectTest, NativeSidecarLivesAmongInitContainers) {
  json::object pod = PodWith("sidecar.istio.io/nativeSidecar: 'true'");
  pod["spec"].as_object()["initContainers"] = At(Yaml("i: [{name: migrate, image: m}]"), "/i");
  InjectorOptions options;
  options.hold_application = true;  // ignored: the kubelet orders native sidecars
  const json::object injected = MustInject(pod, options);
  EXPECT_THAT(Names(injected, "initContainers"),
              ElementsAre("istio-init", "istio-proxy", "migrate"));
  EXPECT_THAT(Names(injected, "containers"), ElementsAre("app"));
  const json::object proxy = Container(injected, "istio-proxy");
  EXPECT_EQ(FindString(proxy, "restartPolicy"), "Always");
  EXPECT_EQ(At(proxy, "/lifecycle"),
            json::value(Yaml("preStop: {exec: {command: [pilot-agent, request, --debug-port=15020, "
                             "POST, drain]}}")));
  EXPECT_EQ(Annotation(injected, "sidecar.istio.io/status")
                .find(R"({"initContainers":["istio-init","istio-proxy"],"containers":null)"),
            0u);
}

TEST(InjectTest, NativeSidecarAnnotationOverridesTheCluster) {
  InjectorOptions options;
  options.native_sidecars = NativeSidecars::kOn;
  EXPECT_THAT(Names(MustInject(PodWith(""), options), "containers"), ElementsAre("app"));
  EXPECT_THAT(
      Names(MustInject(PodWith("sidecar.istio.io/nativeSidecar: 'f'"), options), "containers"),
      ElementsAre("app", "istio-proxy"));
}

TEST(InjectTest, InitContainersOfTheUserRunBeforeTheRules) {
  json::object pod = PodWith("");
  pod["spec"].as_object()["initContainers"] = At(Yaml("i: [{name: migrate, image: m}]"), "/i");
  EXPECT_THAT(Names(MustInject(pod), "initContainers"), ElementsAre("migrate", "istio-init"));
}

TEST(InjectTest, CniModeValidatesAndTellsThePlugin) {
  InjectorOptions options;
  options.cni = true;
  options.cni_network = "default/istio-cni";
  json::object pod = PodWith("traffic.sidecar.istio.io/excludeInboundPorts: '8080'");
  pod["spec"].as_object()["initContainers"] = At(Yaml("i: [{name: migrate, image: m}]"), "/i");
  const json::object injected = MustInject(pod, options);
  EXPECT_THAT(Names(injected, "initContainers"), ElementsAre("istio-validation", "migrate"));
  const json::object validation = Container(injected, "istio-validation");
  EXPECT_THAT(Args(validation), IsSupersetOf({"--run-validation", "--skip-rule-apply"}));
  EXPECT_EQ(At(validation, "/securityContext/runAsUser"), json::value(1337));
  EXPECT_EQ(At(validation, "/securityContext/readOnlyRootFilesystem"), json::value(true));
  EXPECT_EQ(Annotation(injected, "sidecar.istio.io/interceptionMode"), "REDIRECT");
  EXPECT_EQ(Annotation(injected, "traffic.sidecar.istio.io/includeInboundPorts"), "*");
  EXPECT_EQ(Annotation(injected, "traffic.sidecar.istio.io/excludeInboundPorts"), "8080,15020");
  EXPECT_EQ(Annotation(injected, "traffic.sidecar.istio.io/excludeOutboundPorts"), "<absent>");
  EXPECT_EQ(Annotation(injected, "k8s.v1.cni.cncf.io/networks"), "default/istio-cni");
  EXPECT_EQ(MustInject(injected, options), injected);
}

TEST(InjectTest, MultusNetworksOfTheUserAreKept) {
  InjectorOptions options;
  options.cni = true;
  options.cni_network = "default/istio-cni";
  const struct {
    const char *users, *want;
  } kCases[] = {{"mine", "mine, default/istio-cni"},
                {"[]", R"([{"name": "default/istio-cni"}])"},
                {R"([{"name":"mine"}])", R"([{"name":"mine"}, {"name": "default/istio-cni"}])"},
                {"a,default/istio-cni", "a,default/istio-cni"}};
  for (const auto& row : kCases) {
    json::object pod = PodWith("");
    pod["metadata"] = json::object{{"annotations", {{"k8s.v1.cni.cncf.io/networks", row.users}}}};
    EXPECT_EQ(Annotation(MustInject(pod, options), "k8s.v1.cni.cncf.io/networks"), row.want);
  }
}

TEST(InjectTest, GatewayTemplateRoutesAndTouchesNoRules) {
  json::object pod = Yaml(
      "{metadata: {annotations: {inject.istio.io/templates: gateway}, labels: {istio: ingress}}, "
      "spec: {containers: [{name: istio-proxy, image: auto}]}}");
  const json::object injected = MustInject(pod);
  EXPECT_THAT(Names(injected, "initContainers"), ElementsAre());
  const json::object proxy = Container(injected, "istio-proxy");
  EXPECT_EQ(Args(proxy).at(1), "router");
  EXPECT_EQ(FindString(proxy, "image"), "outrigger/proxyv2:latest");
  EXPECT_EQ(Label(injected, "security.istio.io/tlsMode"), "<absent>");
  EXPECT_EQ(At(injected, "/spec/securityContext/sysctls/0/name"),
            json::value("net.ipv4.ip_unprivileged_port_start"));
  EXPECT_EQ(MustInject(injected), injected);
}

TEST(InjectTest, UnknownTemplateListsTheKnownOnes) {
  EXPECT_EQ(
      Refusal(PodWith("inject.istio.io/templates: fancy")),
      "invalid value 'fancy' for annotation 'inject.istio.io/templates': there is no template "
      "'fancy', the known ones are gateway, sidecar");
}

TEST(InjectTest, PullSecretsAndPolicyComeFromTheOperator) {
  InjectorOptions options;
  options.image_pull_secrets = {"registry"};
  options.image_pull_policy = "Always";
  json::object pod = PodWith("");
  pod["spec"].as_object()["imagePullSecrets"] = At(Yaml("s: [{name: mine}]"), "/s");
  const json::object injected = MustInject(pod, options);
  EXPECT_THAT(Names(injected, "imagePullSecrets"), ElementsAre("mine", "registry"));
  EXPECT_EQ(FindString(Container(injected, "istio-init"), "imagePullPolicy"), "Always");
  EXPECT_NE(
      Annotation(injected, "sidecar.istio.io/status").find(R"("imagePullSecrets":["registry"])"),
      std::string::npos);
}

TEST(InjectTest, RefusesWhatIsNoPod) {
  const struct {
    const char *pod, *want;
  } kCases[] = {
      {"metadata: {}", "spec is missing"},
      {"spec: []", "spec is not an object"},
      {"spec: {containers: {}}", "spec.containers is not a list"},
      {"spec: {containers: [{image: a}]}", "spec.containers[0].name is missing or not a string"},
      {"spec: {containers: [{name: a}, {name: a}]}",
       "spec.containers[1].name is 'a', as another container's"},
      {"spec: {containers: [{name: a, env: [x]}]}", "spec.containers[0].env[0] is not an object"},
      {"{metadata: {annotations: {a: 1}}, spec: {}}",
       "metadata.annotations[\"a\"] is not a string, quote it"},
  };
  for (const auto& row : kCases) EXPECT_EQ(Refusal(Yaml(row.pod)), row.want);
}

TEST(InjectTest, NullCountsAsAbsent) {
  const json::object pod = MustInject(
      Yaml("{metadata: {labels: ~, annotations: ~}, spec: {containers: [{name: a, env: ~}],"
           " initContainers: ~, volumes: ~}}"));
  EXPECT_THAT(Names(pod, "containers"), ElementsAre("a", "istio-proxy"));
  EXPECT_EQ(Label(pod, "security.istio.io/tlsMode"), "istio");
}

}  // namespace
}  // namespace outrigger::injector
