#include "cmd/outrigger/top_edges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace outrigger::cli {
namespace {

using ::testing::HasSubstr;

Sample Request(const std::string& reporter, const std::string& destination,
               const std::string& code_class, double rate, const std::string& security = "none") {
  Sample sample;
  sample.labels = {{"reporter", reporter},
                   {"source_namespace", "bookinfo"},
                   {"source_workload", "productpage-v1"},
                   {"destination_namespace", "bookinfo"},
                   {"destination_workload", destination},
                   {"destination_service", "reviews.bookinfo.svc.cluster.local"},
                   {"protocol", "http"},
                   {"security", security},
                   {"code_class", code_class}};
  sample.value = rate;
  return sample;
}

TEST(BuildEdges, ShowsTheSourcesNumbersAndThatBothSawTheEdge) {
  TopAnswers answers;
  answers.requests = {Request("source", "reviews-v2", "2xx", 3),
                      Request("source", "reviews-v2", "5xx", 1),
                      Request("destination", "reviews-v2", "2xx", 9)};
  answers.p50 = {Request("source", "reviews-v2", "", 0.002),
                 Request("destination", "reviews-v2", "", 0.001)};
  const auto edges = BuildEdges(answers, ReporterChoice::kBoth);
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].source.name, "productpage-v1");
  EXPECT_EQ(edges[0].destination.name, "reviews-v2");
  EXPECT_DOUBLE_EQ(edges[0].requests, 4);
  EXPECT_DOUBLE_EQ(edges[0].classes[2], 3);
  EXPECT_DOUBLE_EQ(edges[0].classes[5], 1);
  EXPECT_DOUBLE_EQ(edges[0].p50_seconds.value(), 0.002);
  EXPECT_FALSE(edges[0].p99_seconds.has_value());
  EXPECT_TRUE(edges[0].seen_by_source);
  EXPECT_TRUE(edges[0].seen_by_destination);
  EXPECT_EQ(edges[0].lock, Lock::kPlaintext);
}

TEST(BuildEdges, FallsBackToTheDestinationWhereTheSourceHasNoProxy) {
  TopAnswers answers;
  answers.requests = {Request("destination", "reviews-v1", "2xx", 2)};
  const auto edges = BuildEdges(answers, ReporterChoice::kBoth);
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_DOUBLE_EQ(edges[0].requests, 2);
  EXPECT_FALSE(edges[0].seen_by_source);
  EXPECT_TRUE(BuildEdges(answers, ReporterChoice::kSource).empty());
}

TEST(BuildEdges, KeepsDestinationsApartThatHaveNoWorkload) {
  TopAnswers answers;
  answers.requests = {Request("source", "unknown", "2xx", 1),
                      Request("source", "unknown", "2xx", 1)};
  answers.requests[1].labels["destination_service"] = "api.example.com";
  EXPECT_EQ(BuildEdges(answers, ReporterChoice::kBoth).size(), 2u);
}

TEST(BuildEdges, AddsUpServicesOfOneWorkload) {
  TopAnswers answers;
  answers.requests = {Request("source", "reviews-v1", "2xx", 1),
                      Request("source", "reviews-v1", "2xx", 2)};
  answers.requests[1].labels["destination_service"] = "reviews-v1.bookinfo.svc.cluster.local";
  const auto edges = BuildEdges(answers, ReporterChoice::kBoth);
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_DOUBLE_EQ(edges[0].requests, 3);
}

TEST(BuildEdges, TellsHowMuchIsLocked) {
  TopAnswers answers;
  answers.requests = {Request("source", "a", "2xx", 1, "mutual_tls"),
                      Request("source", "b", "2xx", 1, "mutual_tls"),
                      Request("source", "b", "2xx", 1, "none"),
                      Request("source", "c", "2xx", 1, "unknown"),
                      Request("source", "d", "2xx", 1, "mutual_tls"),
                      Request("source", "d", "2xx", 0, "none")};
  const auto edges = BuildEdges(answers, ReporterChoice::kBoth);
  ASSERT_EQ(edges.size(), 4u);
  EXPECT_EQ(edges[0].lock, Lock::kMutualTls);
  EXPECT_EQ(edges[1].lock, Lock::kMixed);
  EXPECT_EQ(edges[2].lock, Lock::kUnknown);
  EXPECT_EQ(edges[3].lock, Lock::kMutualTls) << "plaintext of long ago does not count";
}

TEST(BuildEdges, ReadsTcpFromIstiosSeries) {
  TopAnswers answers;
  Sample tcp;
  tcp.labels = {{"reporter", "destination"},
                {"source_workload_namespace", "bookinfo"},
                {"source_workload", "ratings-v2"},
                {"destination_workload_namespace", "bookinfo"},
                {"destination_workload", "mongodb-v1"},
                {"destination_service", "mongodb.bookinfo.svc.cluster.local"},
                {"connection_security_policy", "mutual_tls"}};
  tcp.value = 0.5;
  answers.tcp_opened = {tcp};
  tcp.value = 1000;
  answers.tcp_sent = {tcp};
  const auto edges = BuildEdges(answers, ReporterChoice::kBoth);
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].protocol, "tcp");
  EXPECT_DOUBLE_EQ(edges[0].connections, 0.5);
  EXPECT_DOUBLE_EQ(edges[0].sent_bytes, 1000);
  EXPECT_EQ(edges[0].lock, Lock::kMutualTls);
}

TEST(BuildEdges, KnowsVersions) {
  TopAnswers answers;
  answers.requests = {Request("source", "reviews-v2", "2xx", 1)};
  Sample version;
  version.labels = {{"destination_workload_namespace", "bookinfo"},
                    {"destination_workload", "reviews-v2"},
                    {"destination_version", "v2"}};
  answers.destinations = {version};
  version.labels["destination_version"] = "unknown";
  answers.destinations.push_back(version);
  EXPECT_EQ(BuildEdges(answers, ReporterChoice::kBoth)[0].destination.version, "v2");
}

TEST(BuildEdges, SortsInTheOrderOfCallsWithRingsLast) {
  TopAnswers answers;
  const std::pair<const char*, const char*> calls[] = {{"a-backend", "store"},
                                                       {"ring-1", "ring-2"},
                                                       {"ring-2", "ring-1"},
                                                       {"z-gateway", "m-page"},
                                                       {"m-page", "a-backend"}};
  for (const auto& [source, destination] : calls) {
    answers.requests.push_back(Request("source", destination, "2xx", 1));
    answers.requests.back().labels["source_workload"] = source;
  }
  std::vector<std::string> order;
  for (const MeshEdge& edge : BuildEdges(answers, ReporterChoice::kBoth))
    order.push_back(edge.source.name);
  EXPECT_THAT(order,
              ::testing::ElementsAre("z-gateway", "m-page", "a-backend", "ring-1", "ring-2"));
}

TEST(TopQuestions, UseTheWindow) {
  for (const TopQuestion& question : TopQuestions(std::chrono::seconds(45))) {
    if (question.promql.starts_with("count")) continue;
    EXPECT_THAT(question.promql, HasSubstr("[45s]"));
  }
}

}  // namespace
}  // namespace outrigger::cli
