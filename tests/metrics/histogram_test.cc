#include "metrics/histogram.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace outrigger::metrics {
namespace {

struct Case {
  const char* name;
  std::uint64_t value;
  const char* le;  // first bound that holds the value
};

std::string LeOf(const Bounds& bounds, std::uint64_t value) {
  const std::size_t bucket = bounds.BucketOf(value);
  return bucket == bounds.finite().size() ? "+Inf" : std::string(bounds.finite()[bucket].le);
}

class IstioBucketTest : public testing::TestWithParam<Case> {};
TEST_P(IstioBucketTest, IsTheFirstBoundNotBelowTheValue) {
  EXPECT_EQ(LeOf(kIstioBounds, GetParam().value), GetParam().le);
}
const Case kIstioCases[] = {
    {"ZeroIsBelowHalf", 0, "0.5"},
    {"One", 1, "1"},
    {"Two", 2, "5"},
    {"Five", 5, "5"},
    {"Six", 6, "10"},
    {"Ten", 10, "10"},
    {"Eleven", 11, "25"},
    {"TwentySix", 26, "50"},
    {"FiftyOne", 51, "100"},
    {"HundredAndOne", 101, "250"},
    {"TwoHundredFiftyOne", 251, "500"},
    {"FiveHundredOne", 501, "1000"},
    {"Thousand", 1000, "1000"},
    {"ThousandAndOne", 1001, "2500"},
    {"TwoAndAHalfThousandAndOne", 2501, "5000"},
    {"FiveThousandAndOne", 5001, "10000"},
    {"TenThousandAndOne", 10001, "30000"},
    {"ThirtyThousandAndOne", 30001, "60000"},
    {"MinuteAndOne", 60001, "300000"},
    {"FiveMinutesAndOne", 300001, "600000"},
    {"TenMinutesAndOne", 600001, "1800000"},
    {"HalfHourAndOne", 1800001, "3600000"},
    {"Hour", 3600000, "3600000"},
    {"HourAndOne", 3600001, "+Inf"},
    {"TwoToThe63", std::uint64_t{1} << 63, "+Inf"},
    {"Largest", std::numeric_limits<std::uint64_t>::max(), "+Inf"},
};
INSTANTIATE_TEST_SUITE_P(Table, IstioBucketTest, testing::ValuesIn(kIstioCases),
                         [](const auto& row) { return row.param.name; });

class LatencyBucketTest : public testing::TestWithParam<Case> {};
TEST_P(LatencyBucketTest, IsTheFirstBoundNotBelowTheValue) {
  EXPECT_EQ(LeOf(kLatencyBounds, GetParam().value), GetParam().le);
}
const Case kLatencyCases[] = {
    {"Zero", 0, "0.00005"},
    {"FiftyMicroseconds", 50'000, "0.00005"},
    {"OneNanosecondMore", 50'001, "0.0001"},
    {"HalfMillisecond", 500'000, "0.0005"},
    {"Millisecond", 1'000'000, "0.001"},
    {"Second", 1'000'000'000, "1"},
    {"MinuteAndOneNanosecond", 60'000'000'001, "+Inf"},
};
INSTANTIATE_TEST_SUITE_P(Table, LatencyBucketTest, testing::ValuesIn(kLatencyCases),
                         [](const auto& row) { return row.param.name; });

// The jump table is only right if no value ever starts behind its bucket.
TEST(Bounds, AgreeWithALinearSearchAroundEveryBoundAndPowerOfTwo) {
  for (const Bounds* bounds : {&kIstioBounds, &kLatencyBounds}) {
    const auto linear = [&](std::uint64_t value) {
      std::size_t i = 0;
      while (i < bounds->finite().size() && value > bounds->finite()[i].largest) ++i;
      return i;
    };
    std::vector<std::uint64_t> values;
    for (int shift = 0; shift < 64; ++shift) values.push_back(std::uint64_t{1} << shift);
    for (const auto& bound : bounds->finite()) values.push_back(bound.largest);
    for (const std::uint64_t value : values) {
      for (const std::uint64_t near : {value - 1, value, value + 1}) {
        EXPECT_EQ(bounds->BucketOf(near), linear(near)) << near;
      }
    }
  }
}

TEST(Histogram, SumsOverShards) {
  Histogram one, two;
  one.Record(kIstioBounds, 3);
  two.Record(kIstioBounds, 4);
  two.Record(kIstioBounds, 5000000);
  HistogramSnapshot snapshot;
  one.AddTo(&snapshot);
  two.AddTo(&snapshot);
  EXPECT_EQ(snapshot.count, 3u);
  EXPECT_EQ(snapshot.sum, 5000007u);
  EXPECT_EQ(snapshot.buckets[2], 2u);                             // le="5"
  EXPECT_EQ(snapshot.buckets[kIstioBounds.finite().size()], 1u);  // +Inf
}

}  // namespace
}  // namespace outrigger::metrics
