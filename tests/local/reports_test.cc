#include "local/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace outrigger::local {
namespace {

const PodRow kRow{"shop", "web-0", "Running", 2, 2, 1, 1700000000, "10.244.0.2", "/run/logs"};

TEST(ReportsTest, NodeReportSurvivesTheWay) {
  const NodeReport report{{"a \"quoted\" line"}, {kRow}, true, true, false, ""};
  EXPECT_EQ(ParseNodeReport(ToJson(report)), report);
  EXPECT_EQ(ToJson(report).find('\n'), std::string::npos);
}

TEST(ReportsTest, StatusSurvivesTheWay) {
  const MeshStatus status{"default",
                          {kRow},
                          true,
                          "http://localhost:31331",
                          "/run/p.sock",
                          "",
                          "/run/outrigger/default"};
  EXPECT_EQ(ParseMeshStatus(ToJson(status)), status);
}

TEST(ReportsTest, NonsenseIsNoReport) {
  for (const char* text : {"", "{}", "[1", R"({"lines":1})"}) {
    EXPECT_FALSE(ParseNodeReport(text).has_value()) << text;
    EXPECT_FALSE(ParseMeshStatus(text).has_value()) << text;
  }
}

TEST(ReportsTest, PlacesLeaveOutWhatThereIsNot) {
  const MeshStatus status{"default", {}, true, "", "/run/p.sock", "", "/run/outrigger/default"};
  EXPECT_EQ(RenderPlaces(status),
            "Prometheus  /run/p.sock\nLogs        /run/outrigger/default/logs\n");
}

}  // namespace
}  // namespace outrigger::local
