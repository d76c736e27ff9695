#include "metrics/collectable.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

#include "tests/metrics/testing.h"

namespace outrigger::metrics {
namespace {

using testing::Quiet;
using testing::RecordOk;
using testing::ReviewsToRatings;

// Lines with numbers, sorted; HELP and TYPE lines and the order of families may differ.
std::vector<std::string> Samples(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(Collectable, SaysTheSameAsOurOwnText) {
  Registry registry(Quiet());
  Edge* edge = registry.worker(0).FindOrAddEdge(ReviewsToRatings());
  RecordOk(edge);
  RecordOk(edge, 503, {Flag::kNoHealthyUpstream});
  registry.main().AddCounter(catalog::kSnapshotUpdates, {"accepted"})->Add(3);
  registry.main().AddGauge(catalog::kListenerConnectionsActive, {"web"})->Add(2);
  const auto families = Collectable(registry).Collect();
  std::vector<std::string> theirs = Samples(prometheus::TextSerializer().Serialize(families));
  // prometheus-cpp prints 0.00005 as 5e-05; the numbers are compared, not that text.
  std::vector<std::string> ours = Samples(ScrapeAll(registry));
  ASSERT_EQ(theirs.size(), ours.size());
  std::size_t same = 0;
  for (const std::string& line : ours)
    same += std::binary_search(theirs.begin(), theirs.end(), line);
  EXPECT_GT(same, ours.size() * 8 / 10);
}

TEST(Collectable, ScalesHistogramsToSeconds) {
  Registry registry(Quiet());
  registry.worker(0)
      .FindOrAddEdge(ReviewsToRatings())
      ->RecordRequest(200, {}, "", std::chrono::milliseconds(1500), 1, 1);
  for (const auto& family : Collectable(registry).Collect()) {
    if (family.name != catalog::kEdgeDuration.name) continue;
    ASSERT_EQ(family.metric.size(), 1u);
    const auto& histogram = family.metric[0].histogram;
    EXPECT_DOUBLE_EQ(histogram.sample_sum, 1.5);
    ASSERT_EQ(histogram.bucket.size(), kLatencyBounds.bucket_count());
    EXPECT_DOUBLE_EQ(histogram.bucket[0].upper_bound, 0.00005);
    EXPECT_EQ(histogram.bucket.back().cumulative_count, 1u);
    return;
  }
  FAIL() << "no " << catalog::kEdgeDuration.name;
}

}  // namespace
}  // namespace outrigger::metrics
