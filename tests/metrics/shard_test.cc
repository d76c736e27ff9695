#include "metrics/shard.h"

#include <gtest/gtest.h>

#include "tests/metrics/testing.h"

namespace outrigger::metrics {
namespace {

using testing::Quiet;
using testing::RecordOk;
using testing::ReviewsToRatings;
using testing::SumOf;

TEST(Shard, FindsTheSameEdgeAgain) {
  Shard shard(10);
  Edge* edge = shard.FindOrAddEdge(ReviewsToRatings());
  EXPECT_EQ(shard.FindOrAddEdge(ReviewsToRatings()), edge);
  EXPECT_NE(shard.FindOrAddEdge(ReviewsToRatings(Reporter::kDestination)), edge);
}

TEST(Shard, TellsEdgesApartByEveryLabel) {
  Shard shard(100);
  std::vector<EdgeLabels> all(1, ReviewsToRatings());
  for (WorkloadLabels EdgeLabels::*side : {&EdgeLabels::source, &EdgeLabels::destination}) {
    for (std::string WorkloadLabels::*label :
         {&WorkloadLabels::workload, &WorkloadLabels::ns, &WorkloadLabels::canonical_name,
          &WorkloadLabels::canonical_revision, &WorkloadLabels::app, &WorkloadLabels::version,
          &WorkloadLabels::cluster, &WorkloadLabels::principal}) {
      all.push_back(ReviewsToRatings());
      all.back().*side.*label = "other";
    }
  }
  for (std::string ServiceLabels::*label :
       {&ServiceLabels::host, &ServiceLabels::name, &ServiceLabels::ns}) {
    all.push_back(ReviewsToRatings());
    all.back().service.*label = "other";
  }
  all.push_back(ReviewsToRatings());
  all.back().protocol = RequestProtocol::kGrpc;
  all.push_back(ReviewsToRatings());
  all.back().security = Security::kMutualTls;
  std::set<Edge*> edges;
  for (const EdgeLabels& labels : all) edges.insert(shard.FindOrAddEdge(labels));
  EXPECT_EQ(edges.size(), all.size());
}

TEST(Edge, KeepsOneSeriesForEachCodeAndFlags) {
  Registry registry(Quiet());
  Edge* edge = registry.worker(0).FindOrAddEdge(ReviewsToRatings());
  for (int i = 0; i < 3; ++i) RecordOk(edge, 200);
  RecordOk(edge, 503, {Flag::kUpstreamRetryLimitExceeded, Flag::kUpstreamConnectionFailure});
  RecordOk(edge, 503);
  RecordOk(edge, 200);
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(response_code="200")"), 4u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(response_flags="URX,UF")"), 1u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(response_code="503")"), 2u);
}

TEST(Edge, AppliesTheGrpcRulesOnGrpcEdgesOnly) {
  Registry registry(Quiet());
  EdgeLabels labels = ReviewsToRatings();
  registry.worker(0).FindOrAddEdge(labels)->RecordRequest(200, {}, "5", {}, 1, 1);
  labels.protocol = RequestProtocol::kGrpc;
  registry.worker(0).FindOrAddEdge(labels)->RecordRequest(200, {}, "5", {}, 1, 1);
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_requests_total",
                  R"(request_protocol="http",response_code="200",grpc_response_status="")"),
            1u);
  EXPECT_EQ(SumOf(text, "istio_requests_total",
                  R"(request_protocol="grpc",response_code="200",grpc_response_status="5")"),
            1u);
}

TEST(Edge, TakesACodeThatIsNoneForNoResponse) {
  Registry registry(Quiet());
  Edge* edge = registry.worker(0).FindOrAddEdge(ReviewsToRatings());
  edge->RecordRequest(-7, {}, "", std::chrono::nanoseconds(-1), 0, 0);
  edge->RecordRequest(70000, {}, "", {}, 0, 0);
  EXPECT_EQ(SumOf(ScrapeAll(registry), "istio_requests_total", R"(response_code="0")"), 2u);
}

TEST(Edge, CountsTcpConnectionsOnTheSeriesTheyWereOpenedWith) {
  Registry registry(Quiet());
  EdgeLabels labels = ReviewsToRatings();
  labels.protocol = RequestProtocol::kTcp;
  Edge* edge = registry.worker(0).FindOrAddEdge(labels);
  TcpSeries* first = edge->OpenTcp();
  TcpSeries* second = edge->OpenTcp();
  TcpSeries* failed = edge->OpenTcp({Flag::kNoHealthyUpstream});
  EXPECT_EQ(first, second);
  first->AddSent(100);
  second->AddReceived(7);
  first->Close();
  failed->Close();
  const std::string text = ScrapeAll(registry);
  const std::string healthy = R"(response_flags="-")", unhealthy = R"(response_flags="UH")";
  EXPECT_EQ(SumOf(text, "istio_tcp_connections_opened_total", healthy), 2u);
  EXPECT_EQ(SumOf(text, "istio_tcp_connections_opened_total", unhealthy), 1u);
  EXPECT_EQ(SumOf(text, "istio_tcp_connections_closed_total"), 2u);
  EXPECT_EQ(SumOf(text, "istio_tcp_sent_bytes_total"), 100u);
  EXPECT_EQ(SumOf(text, "istio_tcp_received_bytes_total"), 7u);
}

TEST(Budget, KeepsTotalsExactWhenCodesRunOut) {
  Registry registry(Quiet(1, 5));
  Edge* edge = registry.worker(0).FindOrAddEdge(ReviewsToRatings());
  for (int round = 0; round < 2; ++round) {
    for (int code = 400; code < 420; ++code) RecordOk(edge, code);
    for (int code = 500; code < 510; ++code) RecordOk(edge, code, {Flag::kUpstreamRemoteReset});
  }
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_requests_total"), 60u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(response_code="4)"), 40u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(response_code="5)"), 20u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(destination_workload="overflow")"), 50u);
  EXPECT_EQ(SumOf(text, "istio_requests_total", R"(source_workload="reviews-v2")"), 60u);
  EXPECT_EQ(SumOf(text, "outrigger_edge_requests_total", R"(code_class="4xx")"), 40u);
  EXPECT_EQ(SumOf(text, "outrigger_edge_request_duration_seconds_count"), 60u);
  EXPECT_EQ(SumOf(text, "outrigger_metrics_overflow_total"), 50u);
}

TEST(Budget, BoundsEdgesThatTrafficMakesUp) {
  Registry registry(Quiet(1, 8));
  EdgeLabels labels = ReviewsToRatings();
  std::set<Edge*> edges;
  for (int i = 0; i < 1000; ++i) {
    labels.service.host = "host" + std::to_string(i);
    Edge* edge = registry.worker(0).FindOrAddEdge(labels);
    edges.insert(edge);
    RecordOk(edge);
  }
  EXPECT_EQ(edges.size(), 9u);  // eight and the overflow edge
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_requests_total"), 1000u);
  EXPECT_EQ(SumOf(text, "outrigger_metrics_overflow_total"), 992u);
}

TEST(Budget, CountsTcpToo) {
  Registry registry(Quiet(1, 2));
  EdgeLabels labels = ReviewsToRatings();
  labels.protocol = RequestProtocol::kTcp;
  for (int i = 0; i < 10; ++i) {
    labels.service.host = "host" + std::to_string(i);
    TcpSeries* connection = registry.worker(0).FindOrAddEdge(labels)->OpenTcp();
    connection->AddSent(10);
    connection->Close();
  }
  const std::string text = ScrapeAll(registry);
  EXPECT_EQ(SumOf(text, "istio_tcp_connections_opened_total"), 10u);
  EXPECT_EQ(SumOf(text, "istio_tcp_sent_bytes_total"), 100u);
  EXPECT_EQ(SumOf(text, "istio_tcp_connections_closed_total", R"(destination_service="overflow")"),
            8u);
}

TEST(Budget, IsDividedAmongWorkers) {
  Registry registry(Quiet(4, 1000));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(registry.worker(i).max_keys(), 250u);
}

TEST(Generic, ReturnsTheSameCounterForTheSameLabels) {
  Shard shard(1);
  Counter* counter = shard.AddCounter(catalog::kRouterRetries, {"reviews"});
  EXPECT_EQ(shard.AddCounter(catalog::kRouterRetries, {"reviews"}), counter);
  EXPECT_NE(shard.AddCounter(catalog::kRouterRetries, {"ratings"}), counter);
}

}  // namespace
}  // namespace outrigger::metrics
