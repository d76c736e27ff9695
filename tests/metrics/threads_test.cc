// Writers and a scraper at the same time; run under ThreadSanitizer (preset tsan) this is the proof
// that the shards need no locks.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/metrics/testing.h"

namespace outrigger::metrics {
namespace {

using testing::Quiet;
using testing::ReviewsToRatings;
using testing::SumOf;

constexpr std::size_t kWorkers = 2;
constexpr int kRounds = 20'000;

// Makes edges, series and counters appear while they are read.
void Work(Shard& shard) {
  EdgeLabels labels = ReviewsToRatings();
  EdgeLabels tcp = ReviewsToRatings();
  tcp.protocol = RequestProtocol::kTcp;
  Gauge* active = shard.AddGauge(catalog::kUpstreamConnectionsActive, {"ratings"});
  for (int i = 0; i < kRounds; ++i) {
    if (i % 100 == 0) labels.service.host = "host" + std::to_string(i / 100);
    Edge* edge = shard.FindOrAddEdge(labels);
    edge->RecordRequest(200 + i % 7, {}, "", std::chrono::microseconds(i), 400, 700);
    edge->AddMessages(1, 0);
    TcpSeries* connection = shard.FindOrAddEdge(tcp)->OpenTcp();
    connection->AddSent(1);
    connection->Close();
    active->Add(1);
    shard.AddCounter(catalog::kRouterRetries, {labels.service.host})->Add();
  }
}

TEST(Threads, AScrapeBesideTheWritersSeesEachHistogramWholeAndTheLastOneSeesAll) {
  Registry registry(Quiet(kWorkers, 500));
  std::atomic<std::size_t> running{kWorkers};
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&, i] {
      Work(registry.worker(i));
      running.fetch_sub(1);
    });
  }
  std::uint64_t before = 0;
  while (running.load() != 0) {
    const std::string text = ScrapeAll(registry);
    const std::uint64_t requests = SumOf(text, "istio_requests_total");
    EXPECT_GE(requests, before);  // counters never go back
    before = requests;
    EXPECT_EQ(SumOf(text, "istio_request_bytes_count"),
              SumOf(text, "istio_request_bytes_bucket", "+Inf"));
  }
  for (std::thread& worker : workers) worker.join();
  const std::string text = ScrapeAll(registry);
  const std::uint64_t want = kWorkers * kRounds;
  EXPECT_EQ(SumOf(text, "istio_requests_total"), want);
  EXPECT_EQ(SumOf(text, "istio_response_bytes_sum"), want * 700);
  EXPECT_EQ(SumOf(text, "istio_request_messages_total"), want);
  EXPECT_EQ(SumOf(text, "outrigger_edge_requests_total"), want);
  EXPECT_EQ(SumOf(text, "outrigger_edge_request_duration_seconds_count"), want);
  EXPECT_EQ(SumOf(text, "istio_tcp_connections_closed_total"), want);
  EXPECT_EQ(SumOf(text, "outrigger_router_retries_total"), want);
  EXPECT_EQ(SumOf(text, "outrigger_upstream_connections_active"), want);
}

}  // namespace
}  // namespace outrigger::metrics
