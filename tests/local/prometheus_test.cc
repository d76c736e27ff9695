#include "local/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/pod.h"

namespace outrigger::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

control::Pod PodWith(control::ProxyRole role, control::Labels annotations) {
  control::Pod pod;
  pod.ns = "shop";
  pod.name = "web-0";
  pod.addresses = {"10.244.0.2"};
  pod.labels = {{"app", "web"}, {"version", "v1"}};
  pod.annotations = std::move(annotations);
  pod.role = role;
  return pod;
}

TEST(ScrapeTargetsTest, ProxiesAreScrapedOnTheirOwnPortOnly) {
  // Port 15020 has the same series merged with the app's: asking both would count every request
  // twice.
  const auto targets =
      ScrapeTargets({PodWith(control::ProxyRole::kSidecar,
                             {{"prometheus.io/scrape", "true"}, {"prometheus.io/port", "15020"}})});
  EXPECT_THAT(targets, ElementsAre(ScrapeTarget{"10.244.0.2:15090", "/stats/prometheus", "shop",
                                                "web-0", "web", "v1"}));
}

TEST(ScrapeTargetsTest, PodsWithoutProxyAskByAnnotation) {
  const auto targets =
      ScrapeTargets({PodWith(control::ProxyRole::kNone,
                             {{"prometheus.io/scrape", "true"}, {"prometheus.io/port", "9080"}}),
                     PodWith(control::ProxyRole::kNone, {})});
  EXPECT_THAT(targets, ElementsAre(ScrapeTarget{"10.244.0.2:9080", "/metrics", "shop", "web-0",
                                                "web", "v1"}));
}

TEST(RenderTargetsTest, IsPrometheusFileFormat) {
  EXPECT_EQ(
      RenderTargets({{"10.244.0.2:15090", "/stats/prometheus", "shop", "web-0", "web", "v1"}}),
      R"([{"targets":["10.244.0.2:15090"],"labels":{"__metrics_path__":"/stats/prometheus","namespace":"shop","pod":"web-0","app":"web","version":"v1"}}])");
  EXPECT_EQ(RenderTargets({}), "[]");
}

TEST(RenderPrometheusConfigTest, HasTheIntervalAndTheFile) {
  const std::string config = RenderPrometheusConfig(std::chrono::seconds(2), "/run/x/targets.json");
  EXPECT_THAT(config, HasSubstr("scrape_interval: 2s"));
  EXPECT_THAT(config, HasSubstr("files: [\"/run/x/targets.json\"]"));
}

}  // namespace
}  // namespace outrigger::local
