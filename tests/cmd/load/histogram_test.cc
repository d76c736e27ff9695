#include "cmd/load/histogram.h"

#include <gtest/gtest.h>

namespace outrigger::load {
namespace {

TEST(HistogramTest, EmptyIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.ValueAt(0.5).count(), 0);
  EXPECT_EQ(histogram.Mean().count(), 0);
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Record(Nanoseconds(i));
  EXPECT_EQ(histogram.ValueAt(0.5).count(), 50);
  EXPECT_EQ(histogram.ValueAt(0.99).count(), 99);
  EXPECT_EQ(histogram.ValueAt(0.991).count(), 100);
  EXPECT_EQ(histogram.ValueAt(0).count(), 1);
  EXPECT_EQ(histogram.Mean().count(), 50);
}

TEST(HistogramTest, AnyValueReadsBackAtMostOneStepHigher) {
  for (std::int64_t value = 1; value < (std::int64_t{1} << 39); value = value * 3 / 2 + 1) {
    Histogram histogram;
    histogram.Record(Nanoseconds(value));
    histogram.Record(Nanoseconds(std::int64_t{1} << 39));  // so that max() does not hide the step
    const auto read = histogram.ValueAt(0.5).count();
    EXPECT_GE(read, value);
    EXPECT_LE(static_cast<double>(read), static_cast<double>(value) * (1 + 1.0 / 128));
  }
}

TEST(HistogramTest, TheLargestIsExactAndNegativeIsZero) {
  Histogram histogram;
  histogram.Record(Nanoseconds(-5));
  histogram.Record(Nanoseconds(1'000'003));
  EXPECT_EQ(histogram.ValueAt(1).count(), 1'000'003);
  EXPECT_EQ(histogram.ValueAt(0.5).count(), 0);
}

TEST(HistogramTest, BeyondItsRangeStillCounts) {
  Histogram histogram;
  histogram.Record(std::chrono::hours(10));
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), std::chrono::hours(10));
}

TEST(HistogramTest, MergingIsRecordingBoth) {
  Histogram a, b;
  for (int i = 1; i <= 10; ++i) (i % 2 == 0 ? a : b).Record(Nanoseconds(i));
  a.Merge(b);
  EXPECT_EQ(a.count(), 10u);
  EXPECT_EQ(a.ValueAt(0.5).count(), 5);
  EXPECT_EQ(a.max().count(), 10);
}

}  // namespace
}  // namespace outrigger::load
