#include "cmd/outrigger/top_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

namespace outrigger::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

MeshEdge ReviewsToRatings() {
  MeshEdge edge;
  edge.source = {"bookinfo", "reviews-v2", "v2"};
  edge.destination = {"bookinfo", "ratings-v1", "v1"};
  edge.service = "ratings.bookinfo.svc.cluster.local";
  edge.protocol = "http";
  edge.lock = Lock::kPlaintext;
  edge.seen_by_source = edge.seen_by_destination = true;
  edge.requests = 4.5;
  edge.classes = {0, 0, 4, 0, 0, 0.5};
  edge.p50_seconds = 0.0012;
  edge.p99_seconds = 0.0456;
  return edge;
}

MeshEdge GatewayToProductpage() {
  MeshEdge edge = ReviewsToRatings();
  edge.source = {"istio-system", "istio-ingressgateway", ""};
  edge.destination = {"bookinfo", "productpage-v1", "v1"};
  edge.lock = Lock::kMutualTls;
  edge.classes = {0, 0, 3.5, 1, 0, 0};
  return edge;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(LayoutTable, ReadsLikeThis) {
  const std::string want =
      "SOURCE                             DESTINATION     PROTO  REQ/S   2XX   3XX  4XX   5XX    "
      "P50   P99  TLS   BY\n"
      "istio-ingressgateway.istio-system  productpage-v1  http    4.50  3.50  1.00    -     -  "
      "1.2ms  46ms  mtls  SD\n"
      "reviews-v2                         ratings-v1      http    4.50  4.00     -    -  0.50  "
      "1.2ms  46ms  none  SD\n";
  EXPECT_EQ(LayoutTable({GatewayToProductpage(), ReviewsToRatings()}, {}), want);
}

TEST(LayoutTable, ShowsALockWhereTheTerminalCan) {
  TableStyle style;
  style.utf8 = true;
  EXPECT_THAT(LayoutTable({GatewayToProductpage()}, style), HasSubstr("\U0001F512"));
}

TEST(LayoutTable, AddsColumnsForAnswersThatNeverCame) {
  MeshEdge edge = ReviewsToRatings();
  EXPECT_THAT(LayoutTable({edge}, {}), Not(HasSubstr("NONE")));
  edge.classes[0] = 0.25;
  EXPECT_THAT(LayoutTable({edge}, {}), HasSubstr("NONE"));
}

TEST(LayoutTable, NamesTheVersionUnlessTheWorkloadDoes) {
  MeshEdge edge = ReviewsToRatings();
  EXPECT_THAT(LayoutTable({edge}, {}), Not(HasSubstr("(v2)")));
  edge.source.name = "reviews-canary";
  EXPECT_THAT(LayoutTable({edge}, {}), HasSubstr("reviews-canary (v2)"));
}

TEST(LayoutTable, NamesTheServiceWhenTheWorkloadIsNotKnown) {
  MeshEdge edge = ReviewsToRatings();
  edge.destination = {"unknown", "unknown", ""};
  edge.service = "api.example.com";
  EXPECT_THAT(LayoutTable({edge}, {}), HasSubstr("api.example.com"));
}

TEST(LayoutTable, FitsANarrowTerminal) {
  for (std::size_t width = 1; width < 130; ++width) {
    TableStyle style;
    style.width = width;
    for (const std::string& line :
         Lines(LayoutTable({GatewayToProductpage(), ReviewsToRatings()}, style))) {
      EXPECT_LE(line.size(), width) << line;
    }
  }
  TableStyle style;
  style.width = 90;
  EXPECT_THAT(LayoutTable({GatewayToProductpage()}, style), HasSubstr("istio-i..system"));
}

TEST(LayoutTable, FitsALowTerminalAndCountsTheRest) {
  const std::vector<MeshEdge> edges(20, ReviewsToRatings());
  TableStyle style;
  style.height = 8;
  const auto lines = Lines(LayoutTable(edges, style));
  EXPECT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines.back(), "... and 14 more");
}

TEST(LayoutTable, LetsNoLabelTalkToTheTerminal) {
  MeshEdge edge = ReviewsToRatings();
  edge.destination.name = "unknown";
  edge.service = "evil\x1b[2J\n\x9b";
  const std::string table = LayoutTable({edge}, {});
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(Lines(table).size(), 2u);
  EXPECT_THAT(table, HasSubstr("evil?[2J??"));
}

TEST(LayoutTable, ColoursFailuresOnlyWhenAsked) {
  EXPECT_EQ(LayoutTable({ReviewsToRatings()}, {}).find('\x1b'), std::string::npos);
  TableStyle style;
  style.colour = true;
  EXPECT_THAT(LayoutTable({ReviewsToRatings()}, style), HasSubstr("\x1b[31m0.50\x1b[0m"));
}

TEST(LayoutTable, ShowsBytesOfTcp) {
  MeshEdge edge = ReviewsToRatings();
  edge.protocol = "tcp";
  edge.connections = 2;
  edge.sent_bytes = 2048;
  edge.received_bytes = 12;
  EXPECT_THAT(LayoutTable({edge}, {}), HasSubstr(">12B  <2.0K"));
}

TEST(LayoutSummary, SumsUp) {
  EXPECT_EQ(
      LayoutSummary({GatewayToProductpage(), ReviewsToRatings()}, std::chrono::seconds(30), {}),
      "2 edges, 9.00 req/s, 5.6% failed, last 30s; namespace bookinfo unless shown\n");
}

TEST(FormatRate, IsShort) {
  EXPECT_EQ(FormatRate(0), "-");
  EXPECT_EQ(FormatRate(0.033), "0.03");
  EXPECT_EQ(FormatRate(9.99), "9.99");
  EXPECT_EQ(FormatRate(9.999), "10.0");
  EXPECT_EQ(FormatRate(99.96), "100");
  EXPECT_EQ(FormatRate(12345), "12.3k");
}

TEST(FormatLatency, IsShort) {
  EXPECT_EQ(FormatLatency(std::nullopt), "-");
  EXPECT_EQ(FormatLatency(0.00005), "50us");
  EXPECT_EQ(FormatLatency(0.00096), "1.0ms");
  EXPECT_EQ(FormatLatency(0.0099), "9.9ms");
  EXPECT_EQ(FormatLatency(0.25), "250ms");
  EXPECT_EQ(FormatLatency(1.25), "1.2s");
}

TEST(FormatBytes, IsShort) {
  EXPECT_EQ(FormatBytes(0), "0B");
  EXPECT_EQ(FormatBytes(999), "999B");
  EXPECT_EQ(FormatBytes(1536), "1.5K");
  EXPECT_EQ(FormatBytes(5e6), "4.8M");
}

TEST(ToJson, SaysWhatTheTableSays) {
  const std::string text = ToJson({ReviewsToRatings()}, std::chrono::seconds(30));
  EXPECT_EQ(text.back(), '\n');
  const auto root = boost::json::parse(text);
  EXPECT_EQ(root.at("window_seconds").as_int64(), 30);
  const auto& edge = root.at("edges").as_array().at(0);
  EXPECT_EQ(edge.at("source").at("workload").as_string(), "reviews-v2");
  EXPECT_EQ(edge.at("security").as_string(), "none");
  EXPECT_DOUBLE_EQ(edge.at("codes_per_second").at("5xx").as_double(), 0.5);
  EXPECT_DOUBLE_EQ(edge.at("p99_seconds").as_double(), 0.0456);
}

}  // namespace
}  // namespace outrigger::cli
