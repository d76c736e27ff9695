#include "injector/prometheus.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

struct MetricsCase {
  const char* name;
  const char* annotations;  // YAML
  const char* port;         // prometheus.io/port afterwards
  const char* path;         // prometheus.io/path afterwards
  const char* wish;         // ISTIO_PROMETHEUS_ANNOTATIONS
  friend std::ostream& operator<<(std::ostream& out, const MetricsCase& row) {
    return out << row.name;
  }
};

constexpr char kAgent[] = "/stats/prometheus";

const MetricsCase kCases[] = {
    {"Nothing", "", "15020", kAgent, "<absent>"},
    {"AllThree",
     "{prometheus.io/scrape: 'true', prometheus.io/port: '9080', prometheus.io/path: /metrics}",
     "15020", kAgent, R"({"scrape":"true","path":"/metrics","port":"9080"})"},
    {"PortAlone", "prometheus.io/port: '9080'", "15020", kAgent,
     R"({"scrape":"","path":"","port":"9080"})"},
    {"OtherSpellings", "{prometheus-io.scrape: 'true', prometheus.io.port: '81'}", "15020", kAgent,
     R"({"scrape":"true","path":"","port":"81"})"},
    {"ScrapeFalseLeavesAll", "{prometheus.io/scrape: 'false', prometheus.io/port: '81'}", "81",
     "<absent>", "<absent>"},
    {"ScrapeFalseInAnotherSpelling", "{prometheus-io/scrape: 'false'}", "<absent>", "<absent>",
     "<absent>"},
    {"AgentPortLeavesAll", "{prometheus.io/port: '15020', prometheus.io/path: /mine}", "15020",
     "/mine", "<absent>"},
    {"SwitchedOff", "{prometheus.istio.io/merge-metrics: '0', prometheus.io/port: '81'}", "81",
     "<absent>", "<absent>"},
    {"Targets", "prometheus.istio.io/scrape-targets: '81:/a, 82:/b'", "15020", kAgent,
     R"({"scrape":"","path":"/a","port":"81","targets":[{"port":"81","path":"/a"},)"
     R"({"port":"82","path":"/b"}]})"},
    {"UnreadableTargetsAreIgnored", "prometheus.istio.io/scrape-targets: 'x:/a'", "15020", kAgent,
     "<absent>"},
};

class MergeMetricsTest : public testing::TestWithParam<MetricsCase> {};

TEST_P(MergeMetricsTest, PointsPrometheusToTheAgent) {
  const json::object pod = MustInject(PodWith(GetParam().annotations));
  EXPECT_EQ(Annotation(pod, "prometheus.io/port"), GetParam().port);
  EXPECT_EQ(Annotation(pod, "prometheus.io/path"), GetParam().path);
  EXPECT_EQ(Env(Container(pod, "istio-proxy"), "ISTIO_PROMETHEUS_ANNOTATIONS"), GetParam().wish);
}
INSTANTIATE_TEST_SUITE_P(Annotations, MergeMetricsTest, testing::ValuesIn(kCases), kRowName);

TEST(PrometheusTest, SpellingsAreReplacedByTheUsualOnes) {
  const json::object pod = MustInject(PodWith("{prometheus-io/port: '81', other: x}"));
  EXPECT_EQ(Annotation(pod, "prometheus-io/port"), "<absent>");
  EXPECT_EQ(Annotation(pod, "prometheus.io/scrape"), "true");
  EXPECT_EQ(Annotation(pod, "other"), "x");
}

TEST(PrometheusTest, TargetsLeaveThePod) {
  EXPECT_EQ(Annotation(MustInject(PodWith("prometheus.istio.io/scrape-targets: '81:/a'")),
                       "prometheus.istio.io/scrape-targets"),
            "<absent>");
}

TEST(PrometheusTest, MeshDefaultCanBeOffAndTheAnnotationTurnItOn) {
  InjectorOptions options;
  options.enable_prometheus_merge = false;
  EXPECT_EQ(Annotation(MustInject(PodWith(""), options), "prometheus.io/port"), "<absent>");
  EXPECT_EQ(Annotation(MustInject(PodWith("prometheus.istio.io/merge-metrics: 'true'"), options),
                       "prometheus.io/port"),
            "15020");
}

TEST(PrometheusTest, SecurePortIsAnnounced) {
  InjectorOptions options;
  options.proxy_config = Yaml("proxyMetadata: {ENVOY_SECURE_MERGED_METRICS_PORT: '15091'}");
  EXPECT_EQ(Annotation(MustInject(PodWith(""), options), "prometheus.istio.io/secure-port"),
            "15091");
  EXPECT_EQ(Annotation(MustInject(PodWith("prometheus.istio.io/secure-port: '1'"), options),
                       "prometheus.istio.io/secure-port"),
            "1");
}

TEST(PrometheusTest, PortsOfTheMeshRefuseThePod) {
  for (const char* port :
       {"15000", "15001", "15004", "15006", "15008", "15021", "15053", "15090"}) {
    EXPECT_EQ(Refusal(PodWith("prometheus.io/port: '" + std::string(port) + "'")),
              "invalid value '" + std::string(port) +
                  "' for annotation 'prometheus.io/port': is a port of the mesh itself, name the "
                  "port of the app's metrics");
  }
  EXPECT_EQ(Refusal(PodWith("prometheus.io/port: '0'")),
            "invalid value '0' for annotation 'prometheus.io/port': is not a port from 1 to 65535");
  EXPECT_EQ(Refusal(PodWith("prometheus.istio.io/scrape-targets: '81:/a,15090:/b'")),
            "invalid value '81:/a,15090:/b' for annotation 'prometheus.istio.io/scrape-targets': "
            "port 15090 is a port of the mesh itself, name the port of the app's metrics");
}

}  // namespace
}  // namespace outrigger::injector
