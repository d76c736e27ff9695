#include "injector/settings.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

struct InvalidCase {
  const char* annotation;
  const char* value;
  const char* reason;
  friend std::ostream& operator<<(std::ostream& out, const InvalidCase& row) {
    return out << row.annotation;
  }
};

const InvalidCase kInvalid[] = {
    {"sidecar.istio.io/interceptionMode", "redirect", "is none of REDIRECT, TPROXY, NONE"},
    {"sidecar.istio.io/interceptionMode", "", "is none of REDIRECT, TPROXY, NONE"},
    {"sidecar.istio.io/proxyCPU", "lots", "is not a quantity such as 100m, 1.5 or 128Mi"},
    {"sidecar.istio.io/proxyMemory", "1KB", "is not a quantity such as 100m, 1.5 or 128Mi"},
    {"sidecar.istio.io/proxyCPULimit", ".", "is not a quantity such as 100m, 1.5 or 128Mi"},
    {"sidecar.istio.io/proxyMemoryLimit", "1e", "is not a quantity such as 100m, 1.5 or 128Mi"},
    {"status.sidecar.istio.io/port", "65536", "is not a port from 0 to 65535"},
    {"status.sidecar.istio.io/port", "+1", "is not a port from 0 to 65535"},
    {"readiness.status.sidecar.istio.io/initialDelaySeconds", "-1",
     "is not a number from 0 to 4294967295"},
    {"readiness.status.sidecar.istio.io/periodSeconds", "1s",
     "is not a number from 0 to 4294967295"},
    {"readiness.status.sidecar.istio.io/failureThreshold", "4294967296",
     "is not a number from 0 to 4294967295"},
    {"traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0",
     "'10.0.0.0' has no prefix length, write 10.0.0.0/32"},
    {"traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0/8,*",
     "'*' has no prefix length, write */32"},
    {"traffic.sidecar.istio.io/excludeOutboundIPRanges", "*",
     "'*' has no prefix length, write */32"},
    {"traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.0.0.0/33",
     "'10.0.0.0/33' needs a prefix length from 0 to 32"},
    {"traffic.sidecar.istio.io/excludeOutboundIPRanges", "fe80::/8,x/8", "'x/8' is not a network"},
    {"traffic.sidecar.istio.io/includeInboundPorts", "80,http",
     "'http' is not a port from 0 to 65535"},
    {"traffic.sidecar.istio.io/excludeInboundPorts", "*", "'*' is not a port from 0 to 65535"},
    {"traffic.sidecar.istio.io/excludeOutboundPorts", "1,,2", "'' is not a port from 0 to 65535"},
    {"traffic.sidecar.istio.io/excludeInterfaces", "a-name-over-15-chars",
     "'a-name-over-15-chars' is not an interface name of 1 to 15 characters"},
    {"traffic.sidecar.istio.io/kubevirtInterfaces", "net1,",
     "'' is not an interface name of 1 to 15 characters"},
    {"istio.io/reroute-virtual-interfaces", "0123456789abcdef",
     "'0123456789abcdef' is not an interface name of 1 to 15 characters"},
    {"prometheus.istio.io/merge-metrics", "yes", "is neither true nor false"},
    {"proxy.istio.io/config", "just text", "is not a YAML map of ProxyConfig fields"},
    {"proxy.istio.io/config", "statusPort: high", "statusPort is not a port"},
    {"proxy.istio.io/config", "interceptionMode: MAYBE",
     "interceptionMode is none of REDIRECT, TPROXY, NONE"},
    {"proxy.istio.io/config", "proxyMetadata: {A: 1}", "proxyMetadata.A is not a string, quote it"},
    {"proxy.istio.io/config", "holdApplicationUntilProxyStarts: often",
     "holdApplicationUntilProxyStarts is neither true nor false"},
    {"sidecar.istio.io/userVolume", "[]", "is not a JSON object of objects by volume name"},
    {"sidecar.istio.io/userVolumeMount", "{\"a\":1}",
     "is not a JSON object of objects by volume name"},
};

class InvalidAnnotationTest : public testing::TestWithParam<InvalidCase> {};

TEST_P(InvalidAnnotationTest, RefusesThePodWithTheReason) {
  const auto settings = ReadSettings({{GetParam().annotation, GetParam().value}}, {});
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(std::string(settings.status().message()),
            std::string("invalid value '") + GetParam().value + "' for annotation '" +
                GetParam().annotation + "': " + GetParam().reason);
}
INSTANTIATE_TEST_SUITE_P(Annotations, InvalidAnnotationTest, testing::ValuesIn(kInvalid));

struct ValidCase {
  const char* annotation;
  std::vector<const char*> values;
};

const ValidCase kValid[] = {
    {"sidecar.istio.io/proxyCPU", {"100m", "1", "1.5", ".5", "1e3", "1E-3", "128Mi", "2k"}},
    {"status.sidecar.istio.io/port", {"0", "65535"}},
    {"traffic.sidecar.istio.io/includeOutboundIPRanges",
     {"*", "", "10.0.0.0/8", " 10.0.0.0/8 , fd00::/64"}},
    {"traffic.sidecar.istio.io/includeInboundPorts", {"*", "", "80, 81"}},
    {"traffic.sidecar.istio.io/excludeInterfaces", {"", "eth0", "eth0, tap0"}},
    {"prometheus.istio.io/merge-metrics", {"1", "t", "TRUE", "False"}},
    {"proxy.istio.io/config", {"", "{}", "concurrency: 2", "unknownField: 1"}},
    {"some.other/annotation", {"anything"}},
};

TEST(SettingsTest, AcceptsWhatTheContractAllows) {
  for (const ValidCase& row : kValid) {
    for (const char* value : row.values) {
      EXPECT_TRUE(ReadSettings({{row.annotation, value}}, {}).ok())
          << row.annotation << " = '" << value << "'";
    }
  }
}

TEST(SettingsTest, ReportsEveryInvalidAnnotation) {
  EXPECT_EQ(
      Refusal(PodWith("{status.sidecar.istio.io/port: x, sidecar.istio.io/proxyCPU: lots}")),
      "invalid value 'lots' for annotation 'sidecar.istio.io/proxyCPU': is not a quantity such as "
      "100m, 1.5 or 128Mi; invalid value 'x' for annotation 'status.sidecar.istio.io/port': is "
      "not a port from 0 to 65535");
}

TEST(SettingsTest, OneResourceAnnotationDropsAllDefaults) {
  const json::object pod = MustInject(PodWith("sidecar.istio.io/proxyCPU: 5m"));
  EXPECT_EQ(At(Container(pod, "istio-proxy"), "/resources"),
            json::value(Yaml("requests: {cpu: 5m}")));
  EXPECT_EQ(At(Container(pod, "istio-init"), "/resources"),
            json::value(Yaml("requests: {cpu: 5m}")));
}

struct ImageCase {
  const char* annotations;
  const char* variant;
  const char* want;
};
const ImageCase kImages[] = {
    {"", "", "hub/proxyv2:1"},
    {"", "distroless", "hub/proxyv2:1-distroless"},
    {"sidecar.istio.io/proxyImageType: debug", "distroless", "hub/proxyv2:1-debug"},
    {"sidecar.istio.io/proxyImageType: default", "distroless", "hub/proxyv2:1"},
    {"proxy.istio.io/config: 'image: {imageType: debug}'", "", "hub/proxyv2:1-debug"},
    {"sidecar.istio.io/proxyImage: other/proxy:2", "debug", "other/proxy:2"},
    {"sidecar.istio.io/proxyImage: noslash", "", "hub/proxyv2:1"},
};

TEST(SettingsTest, ComposesTheImage) {
  for (const ImageCase& row : kImages) {
    InjectorOptions options;
    options.hub = "hub";
    options.tag = "1";
    options.variant = row.variant;
    const json::object pod = MustInject(PodWith(row.annotations), options);
    EXPECT_EQ(At(Container(pod, "istio-proxy"), "/image"), json::value(row.want));
    EXPECT_EQ(At(Container(pod, "istio-init"), "/image"), json::value(row.want));
  }
}

TEST(SettingsTest, TrafficAnnotationsBecomeArguments) {
  const json::object pod = MustInject(PodWith(R"({
traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.0/8",
traffic.sidecar.istio.io/excludeOutboundIPRanges: "10.1.0.0/16",
traffic.sidecar.istio.io/includeInboundPorts: "80",
traffic.sidecar.istio.io/excludeInboundPorts: "15020,8080",
traffic.sidecar.istio.io/includeOutboundPorts: "",
traffic.sidecar.istio.io/excludeOutboundPorts: "3306",
traffic.sidecar.istio.io/kubevirtInterfaces: "old0",
istio.io/reroute-virtual-interfaces: "net1",
traffic.sidecar.istio.io/excludeInterfaces: "eth1",
sidecar.istio.io/agentLogLevel: "default:debug"})"));
  const std::vector<std::string> args = Args(Container(pod, "istio-init"));
  const std::vector<std::string> want = {"-i",
                                         "10.0.0.0/8",
                                         "-x",
                                         "10.1.0.0/16",
                                         "-b",
                                         "80",
                                         "-d",
                                         "15090,15021,15020,8080",
                                         "-q",
                                         "",
                                         "-o",
                                         "3306",
                                         "-k",
                                         "net1",
                                         "-c",
                                         "eth1",
                                         "--log_output_level=default:debug"};
  EXPECT_EQ(std::vector<std::string>(args.begin() + 9, args.end()), want);
}

TEST(SettingsTest, OperatorsFlagsFollow) {
  InjectorOptions options;
  options.log_as_json = true;
  options.force_apply = true;
  options.native_nftables = true;
  options.sts_port = 15463;
  options.outlier_log_path = "/dev/stdout";
  const json::object pod = MustInject(PodWith(""), options);
  const std::vector<std::string> init = Args(Container(pod, "istio-init"));
  EXPECT_EQ(std::vector<std::string>(init.end() - 4, init.end()),
            (std::vector<std::string>{"--log_output_level=default:info", "--log_as_json",
                                      "--force-apply", "--native-nftables"}));
  const std::vector<std::string> proxy = Args(Container(pod, "istio-proxy"));
  EXPECT_EQ(std::vector<std::string>(proxy.end() - 3, proxy.end()),
            (std::vector<std::string>{"--stsPort=15463", "--log_as_json",
                                      "--outlierLogPath=/dev/stdout"}));
}

TEST(SettingsTest, ProxyConfigOfThePodLiesOverTheMeshs) {
  InjectorOptions options;
  options.proxy_config = Yaml(
      "{concurrency: 1, statusPort: 15020, proxyMetadata: {B: mesh, A: mesh}, drainDuration: 45s}");
  const json::object pod = MustInject(
      PodWith("proxy.istio.io/config: '{concurrency: 4, proxyMetadata: {B: pod}}'"), options);
  const json::object proxy = Container(pod, "istio-proxy");
  EXPECT_EQ(Env(proxy, "PROXY_CONFIG"),
            "{\"concurrency\":4,\"proxyMetadata\":{\"B\":\"pod\",\"A\":\"mesh\"}}\n");
  EXPECT_EQ(Env(proxy, "B"), "pod");
  EXPECT_EQ(EnvNames(Container(pod, "istio-init")), (std::vector<std::string>{"A", "B"}));
}

TEST(SettingsTest, UserVolumesAndBootstrapOverride) {
  const json::object pod = MustInject(PodWith(R"({
sidecar.istio.io/userVolume: '{"extra":{"secret":{"secretName":"s"}}}',
sidecar.istio.io/userVolumeMount: '{"extra":{"mountPath":"/extra"}}',
sidecar.istio.io/bootstrapOverride: boot})"));
  const auto volumes = Names(pod, "volumes");
  EXPECT_EQ(volumes.at(3), "custom-bootstrap-volume");
  EXPECT_EQ(volumes.back(), "extra");
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "ISTIO_BOOTSTRAP_OVERRIDE"),
            "/etc/istio/custom-bootstrap/custom_bootstrap.json");
  const json::value mounts = At(Container(pod, "istio-proxy"), "/volumeMounts");
  EXPECT_EQ(mounts.as_array().back(), json::value(Yaml("{name: extra, mountPath: /extra}")));
}

}  // namespace
}  // namespace outrigger::injector
