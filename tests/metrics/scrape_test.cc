#include "metrics/scrape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/metrics/testing.h"

namespace outrigger::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Quiet;
using testing::RecordOk;
using testing::ReviewsToRatings;
using testing::SumOf;

const char kHttpLabels[] =
    R"(reporter="source",source_workload="reviews-v2",source_canonical_service="reviews",)"
    R"(source_canonical_revision="v2",source_workload_namespace="bookinfo",source_principal="unknown",)"
    R"(source_app="reviews",source_version="v2",source_cluster="Kubernetes",)"
    R"(destination_workload="ratings-v1",destination_workload_namespace="bookinfo",)"
    R"(destination_principal="unknown",destination_app="ratings",destination_version="v1",)"
    R"(destination_service="ratings.bookinfo.svc.cluster.local",destination_canonical_service="ratings",)"
    R"(destination_canonical_revision="v1",destination_service_name="ratings",)"
    R"(destination_service_namespace="bookinfo",destination_cluster="Kubernetes",)"
    R"(request_protocol="http",response_code="200",grpc_response_status="",response_flags="-",)"
    R"(connection_security_policy="unknown")";

std::string Golden() {
  const std::string labels(kHttpLabels);
  std::ostringstream want;
  want << "# TYPE istio_requests_total counter\n";
  want << "istio_requests_total{" << labels << "} 2\n\n";
  const auto histogram = [&](const std::string& name, const std::vector<int>& counts,
                             const std::string& sum) {
    static const char* const kLe[] = {"0.5",    "1",      "5",       "10",      "25",
                                      "50",     "100",    "250",     "500",     "1000",
                                      "2500",   "5000",   "10000",   "30000",   "60000",
                                      "300000", "600000", "1800000", "3600000", "+Inf"};
    want << "# TYPE " << name << " histogram\n";
    for (std::size_t i = 0; i < std::size(kLe); ++i) {
      want << name << "_bucket{" << labels << ",le=\"" << kLe[i] << "\"} " << counts[i] << "\n";
    }
    want << name << "_sum{" << labels << "} " << sum << "\n";
    want << name << "_count{" << labels << "} 2\n\n";
  };
  histogram("istio_request_duration_milliseconds",
            {1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, "101");
  histogram("istio_request_bytes", {0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2},
            "801");
  histogram("istio_response_bytes", {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2},
            "3000700");
  const std::string own =
      R"(reporter="source",source_namespace="bookinfo",source_workload="reviews-v2",)"
      R"(destination_namespace="bookinfo",destination_workload="ratings-v1",)"
      R"(destination_service="ratings.bookinfo.svc.cluster.local",)"
      R"(destination_service_namespace="bookinfo",protocol="http",security="none")";
  want << "# TYPE outrigger_edge_requests_total counter\n";
  want << "outrigger_edge_requests_total{" << own << ",code_class=\"2xx\"} 2\n\n";
  static const char* const kOwnLe[] = {"0.00005", "0.0001", "0.00025", "0.0005", "0.001",
                                       "0.0025",  "0.005",  "0.01",    "0.025",  "0.05",
                                       "0.1",     "0.25",   "0.5",     "1",      "2.5",
                                       "5",       "10",     "30",      "60",     "+Inf"};
  want << "# TYPE outrigger_edge_request_duration_seconds histogram\n";
  for (std::size_t i = 0; i < std::size(kOwnLe); ++i) {
    const int count = i < 3 ? 0 : i < 11 ? 1 : 2;
    want << "outrigger_edge_request_duration_seconds_bucket{" << own << ",le=\"" << kOwnLe[i]
         << "\"} " << count << "\n";
  }
  want << "outrigger_edge_request_duration_seconds_sum{" << own << "} 0.1015\n";
  want << "outrigger_edge_request_duration_seconds_count{" << own << "} 2\n\n";
  want << "# TYPE outrigger_metrics_overflow_total counter\noutrigger_metrics_overflow_total 0\n\n";
  return want.str();
}

TEST(Scrape, PrintsTheContractToTheLetter) {
  Registry registry(Quiet());
  Edge* edge = registry.worker(0).FindOrAddEdge(ReviewsToRatings());
  edge->RecordRequest(200, {}, "", std::chrono::microseconds(400), 400, 700);
  edge->RecordRequest(200, {}, "", std::chrono::microseconds(101'100), 401, 3'000'000);
  EXPECT_EQ(ScrapeAll(registry), Golden());
}

TEST(Scrape, SumsShards) {
  Registry registry(Quiet(2));
  registry.worker(0)
      .FindOrAddEdge(ReviewsToRatings())
      ->RecordRequest(200, {}, "", std::chrono::microseconds(400), 400, 700);
  registry.worker(1)
      .FindOrAddEdge(ReviewsToRatings())
      ->RecordRequest(200, {}, "", std::chrono::microseconds(101'100), 401, 3'000'000);
  EXPECT_EQ(ScrapeAll(registry), Golden());
}

TEST(Scrape, HidesSecurityAtTheSourceAndMergesWhatThenLooksAlike) {
  Registry registry(Quiet());
  EdgeLabels labels = ReviewsToRatings();
  RecordOk(registry.worker(0).FindOrAddEdge(labels));
  labels.security = Security::kMutualTls;
  RecordOk(registry.worker(0).FindOrAddEdge(labels));
  const std::string text = ScrapeAll(registry);
  EXPECT_THAT(text, HasSubstr("istio_requests_total{" + std::string(kHttpLabels) + "} 2\n"));
  EXPECT_EQ(SumOf(text, "outrigger_edge_requests_total", R"(security="mutual_tls")"), 1u);
  EXPECT_EQ(SumOf(text, "outrigger_edge_requests_total", R"(security="none")"), 1u);
}

TEST(Scrape, TellsTheSecurityAtTheDestination) {
  Registry registry(Quiet());
  EdgeLabels labels = ReviewsToRatings(Reporter::kDestination);
  for (const Security security : {Security::kMutualTls, Security::kNone, Security::kUnknown}) {
    labels.security = security;
    RecordOk(registry.worker(0).FindOrAddEdge(labels));
  }
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(policy="mutual_tls")"), 1u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(policy="none")"), 2u);
}

TEST(Scrape, NeverPrintsOneSeriesTwice) {
  Registry registry(Quiet(3));
  for (std::size_t worker = 0; worker < 3; ++worker) {
    for (const char* version : {"v1", "v2"}) {
      for (const Security security : {Security::kUnknown, Security::kNone, Security::kMutualTls}) {
        for (const RequestProtocol protocol :
             {RequestProtocol::kHttp, RequestProtocol::kGrpc, RequestProtocol::kTcp}) {
          EdgeLabels labels = ReviewsToRatings();
          labels.source.version = version;
          labels.security = security;
          labels.protocol = protocol;
          Edge* edge = registry.worker(worker).FindOrAddEdge(labels);
          if (protocol == RequestProtocol::kTcp) {
            edge->OpenTcp()->Close();
          } else {
            RecordOk(edge, 200);
            RecordOk(edge, 503, {Flag::kUpstreamConnectionFailure});
            edge->AddMessages(1, 1);
          }
        }
      }
    }
    registry.worker(worker).AddCounter(catalog::kRouterRetries, {"ratings"})->Add();
  }
  std::istringstream text(ScrapeAll(registry));
  std::set<std::string> seen, finished;
  std::string line, family;
  while (std::getline(text, line)) {
    if (line.starts_with("# TYPE ")) {
      family = line;
      EXPECT_TRUE(finished.insert(family).second) << "family in two places: " << line;
    } else if (!line.empty()) {
      EXPECT_TRUE(seen.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  EXPECT_GT(seen.size(), 100u);
}

TEST(Scrape, CountsMessages) {
  Registry registry(Quiet());
  EdgeLabels labels = ReviewsToRatings();
  labels.protocol = RequestProtocol::kGrpc;
  registry.worker(0).FindOrAddEdge(labels)->AddMessages(3, 4);
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_request_messages_total"), 3u);
  EXPECT_EQ(SumOf(text, "istio_response_messages_total"), 4u);
  EXPECT_THAT(
      text,
      HasSubstr(R"(destination_cluster="Kubernetes"} 3)"));  // the twentieth label is the last
}

TEST(Scrape, PutsCodesIntoClasses) {
  Registry registry(Quiet());
  Edge* edge = registry.worker(0).FindOrAddEdge(ReviewsToRatings());
  for (const int code : {101, 200, 204, 301, 302, 399, 404, 499, 500, 503, 599, 0, 0, 600})
    RecordOk(edge, code);
  const std::string text = ScrapeAll(registry);
  const auto count = [&](const std::string& code_class) {
    return SumOf(text, "outrigger_edge_requests_total", "code_class=\"" + code_class + "\"");
  };
  EXPECT_EQ(count("1xx"), 1u);
  EXPECT_EQ(count("2xx"), 2u);
  EXPECT_EQ(count("3xx"), 3u);
  EXPECT_EQ(count("4xx"), 2u);
  EXPECT_EQ(count("5xx"), 3u);
  EXPECT_EQ(count("none"), 3u);
}

TEST(Scrape, EscapesLabelValues) {
  std::string text;
  AppendEscaped(&text, "a\\b\"c\nd");
  EXPECT_EQ(text, R"(a\\b\"c\nd)");
  Registry registry(Quiet());
  EdgeLabels labels = ReviewsToRatings();
  labels.service.host = "evil\"} 1\nistio_requests_total{x=\"";
  RecordOk(registry.worker(0).FindOrAddEdge(labels));
  EXPECT_THAT(ScrapeAll(registry),
              HasSubstr(R"(destination_service="evil\"} 1\nistio_requests_total{x=\"",)"));
}

TEST(Scrape, PrintsGenericSeriesSummedAndSorted) {
  Registry registry(Quiet(2));
  registry.worker(0).AddCounter(catalog::kRouterRetries, {"reviews"})->Add(2);
  registry.worker(1).AddCounter(catalog::kRouterRetries, {"ratings"})->Add(1);
  registry.worker(1).AddCounter(catalog::kRouterRetries, {"reviews"})->Add(3);
  registry.worker(0).AddGauge(catalog::kUpstreamConnectionsActive, {"reviews"})->Add(5);
  registry.worker(1).AddGauge(catalog::kUpstreamConnectionsActive, {"reviews"})->Sub(7);
  EXPECT_THAT(ScrapeAll(registry),
              HasSubstr("# TYPE outrigger_router_retries_total counter\n"
                        "outrigger_router_retries_total{cluster=\"ratings\"} 1\n"
                        "outrigger_router_retries_total{cluster=\"reviews\"} 5\n\n"));
  EXPECT_THAT(ScrapeAll(registry),
              HasSubstr("outrigger_upstream_connections_active{cluster=\"reviews\"} -2\n"));
}

TEST(Scrape, LeavesFamiliesWithoutSeriesOut) {
  Registry registry(Quiet());
  EXPECT_EQ(
      ScrapeAll(registry),
      "# TYPE outrigger_metrics_overflow_total counter\noutrigger_metrics_overflow_total 0\n\n");
}

TEST(Scrape, TellsAboutTheProcess) {
  Registry registry({.workers = 1,
                     .max_keys = 10,
                     .build_component = "proxy",
                     .build_tag = "0.1.0",
                     .process_metrics = true});
  const std::string text = ScrapeAll(registry);
  EXPECT_THAT(text, HasSubstr("istio_build{component=\"proxy\",tag=\"0.1.0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nenvoy_server_memory_heap_size "));  // 0 under a sanitizer's malloc
  EXPECT_GT(SumOf(text, "outrigger_process_resident_memory_bytes"), 0u);
  EXPECT_GT(SumOf(text, "outrigger_process_open_fds"), 2u);
  EXPECT_THAT(text, HasSubstr("\nenvoy_server_uptime 0\n"));
}

TEST(Scrape, ComesInChunksOfBoundedSize) {
  Registry registry(Quiet());
  for (int i = 0; i < 50; ++i) {
    EdgeLabels labels = ReviewsToRatings();
    labels.source.workload = "caller" + std::to_string(i);
    RecordOk(registry.worker(0).FindOrAddEdge(labels));
  }
  Scrape scrape(registry);
  std::string chunk, all;
  std::vector<std::size_t> sizes;
  while (scrape.Next(&chunk)) {
    sizes.push_back(chunk.size());
    all += chunk;
  }
  EXPECT_EQ(all, ScrapeAll(registry));
  ASSERT_GT(sizes.size(), 10u);
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) EXPECT_GE(sizes[i], Scrape::kChunkBytes);
  EXPECT_LT(*std::max_element(sizes.begin(), sizes.end()), Scrape::kChunkBytes + 32 * 1024);
  EXPECT_FALSE(scrape.Next(&chunk));
  EXPECT_TRUE(chunk.empty());
}

}  // namespace
}  // namespace outrigger::metrics
