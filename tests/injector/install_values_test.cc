#include "injector/install_values.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

TEST(InstallValuesTest, ReadsWhatTheInjectorUses) {
  InjectorOptions options;
  ASSERT_TRUE(ApplyInstallValues(Yaml(R"(
revision: canary
global:
  hub: registry.example/mesh
  tag: 1.16
  imagePullSecrets: [a, {name: b}]
  proxy: {logLevel: debug, privileged: true, readinessPeriodSeconds: 5,
          resources: {requests: {cpu: 10m, memory: 40Mi}}, unknown: 1}
  sts: {servicePort: 15463}
  multiCluster: {clusterName: east}
pilot: {cni: {enabled: true}, env: {ENABLE_NATIVE_SIDECARS: "true"}}
sidecarInjectorWebhook: {rewriteAppHTTPProbe: false}
)"),
                                 options)
                  .ok());
  EXPECT_EQ(options.revision, "canary");
  EXPECT_EQ(options.hub, "registry.example/mesh");
  EXPECT_EQ(options.image_pull_secrets, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options.log_level, "debug");
  EXPECT_TRUE(options.privileged);
  EXPECT_EQ(options.readiness_period_seconds, 5u);
  EXPECT_EQ(options.resources.memory_request, "40Mi");
  EXPECT_EQ(options.resources.cpu_limit, "");
  EXPECT_EQ(options.sts_port, 15463);
  EXPECT_EQ(options.cluster_name, "east");
  EXPECT_TRUE(options.cni);
  EXPECT_EQ(options.native_sidecars, NativeSidecars::kOn);
  EXPECT_FALSE(options.rewrite_probes);
}

TEST(InstallValuesTest, WrongTypesAreNamed) {
  const struct {
    absl::Status (*apply)(const json::object&, InjectorOptions&);
    const char *yaml, *want;
  } kCases[] = {
      {ApplyInstallValues, "global: {logAsJson: 'yes'}", "global.logAsJson is not true or false"},
      {ApplyInstallValues, "global: {hub: []}", "global.hub is not a string"},
      {ApplyInstallValues, "global: {imagePullSecrets: x}",
       "global.imagePullSecrets is not a list"},
      {ApplyMeshConfig, "proxyListenPort: 70000",
       "proxyListenPort is not a number from 0 to 65535"},
      {ApplyMeshConfig, "defaultConfig: x", "defaultConfig is not a map"},
      {ApplyInjectorConfig, "neverInjectSelector: {}",
       "neverInjectSelector is not a list of label selectors"},
      {ApplyInjectorConfig, "alwaysInjectSelector: [{matchExpressions: [{key: a, operator: is}]}]",
       "alwaysInjectSelector is not a selector with operator In, NotIn, Exists or DoesNotExist"},
  };
  for (const auto& row : kCases) {
    InjectorOptions options;
    EXPECT_EQ(std::string(row.apply(Yaml(row.yaml), options).message()), row.want);
  }
}

TEST(InstallValuesTest, MeshConfigSetsPortsAndDefaults) {
  InjectorOptions options;
  ASSERT_TRUE(
      ApplyMeshConfig(Yaml("{trustDomain: td, proxyListenPort: 16001, enablePrometheusMerge: "
                           "false, defaultConfig: {statusPort: 15025}, "
                           "inboundTrafficPolicy: {mode: LOCALHOST}}"),
                      options)
          .ok());
  const json::object pod = MustInject(PodWith(""), options);
  EXPECT_EQ(Args(Container(pod, "istio-init")).at(2), "16001");
  EXPECT_EQ(Args(Container(pod, "istio-init")).at(16), "15090,15021,15025");
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "TRUST_DOMAIN"), "td");
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "PROXY_CONFIG"), "{\"statusPort\":15025}\n");
  EXPECT_EQ(EnvNames(Container(pod, "istio-proxy")).at(0),
            "REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION");
  EXPECT_EQ(Annotation(pod, "prometheus.io/port"), "<absent>");
}

TEST(InstallValuesTest, InjectorConfigSetsPolicyTemplatesAndAnnotations) {
  InjectorOptions options;
  ASSERT_TRUE(ApplyInjectorConfig(Yaml(R"(
policy: disabled
defaultTemplates: [std]
aliases: {std: [sidecar]}
injectedAnnotations: {team: mesh}
neverInjectSelector: [{matchLabels: {a: b}, matchExpressions: [{key: c, operator: NotIn, values: [d]}]}]
templates: {sidecar: "ignored"}
)"),
                                  options)
                  .ok());
  EXPECT_EQ(options.policy, "disabled");
  ASSERT_EQ(options.never_inject.size(), 1u);
  EXPECT_TRUE(Matches(options.never_inject[0], {{"a", "b"}}));
  EXPECT_FALSE(Matches(options.never_inject[0], {{"a", "b"}, {"c", "d"}}));
  const json::object pod = MustInject(PodWith(""), options);
  EXPECT_EQ(Annotation(pod, "team"), "mesh");
  EXPECT_EQ(Names(pod, "containers").back(), "istio-proxy");
}

}  // namespace
}  // namespace outrigger::injector
