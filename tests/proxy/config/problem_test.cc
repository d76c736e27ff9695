#include "proxy/config/problem.h"

#include <gtest/gtest.h>

#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

struct Case {
  const char* name;
  Problem problem;
  const char* want;
};

class ProblemTextTest : public testing::TestWithParam<Case> {};

TEST_P(ProblemTextTest, LeavesOutWhatIsUnknown) {
  EXPECT_EQ(ToString(GetParam().problem), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Parts, ProblemTextTest,
    testing::Values(
        Case{"Everything",
             {Severity::kError, "a.yaml", 3, "x[0].y", "is wrong"},
             "a.yaml:3: x[0].y: is wrong"},
        Case{"NoPath", {Severity::kError, "a.yaml", 3, "", "is wrong"}, "a.yaml:3: is wrong"},
        Case{"NoLine", {Severity::kError, "a.yaml", 0, "x", "is wrong"}, "a.yaml: x: is wrong"},
        Case{"NoFile", {Severity::kError, "", 0, "x", "is wrong"}, "x: is wrong"},
        Case{"LineWithoutFile", {Severity::kError, "", 7, "x", "is wrong"}, "7: x: is wrong"},
        Case{"MessageOnly", {Severity::kError, "", 0, "", "is wrong"}, "is wrong"}),
    RowName<Case>);

TEST(ProblemsTest, WarningsAreNotErrors) {
  Problems problems;
  problems.Warning("a", 1, "x", "odd");
  EXPECT_FALSE(problems.has_errors());
  EXPECT_FALSE(problems.empty());
  problems.Error("a", 2, "y", "wrong");
  EXPECT_TRUE(problems.has_errors());
  EXPECT_EQ(problems.error_count(), 1u);
  EXPECT_EQ(Report(problems), "a:1: x: odd\na:2: y: wrong");
}

TEST(ProblemsTest, KeepsTheFirstThousandAndCountsTheRest) {
  Problems problems;
  for (std::size_t i = 0; i < Problems::kMaxItems + 5; ++i) problems.Error("a", 1, "", "wrong");
  EXPECT_EQ(problems.items().size(), Problems::kMaxItems);
  EXPECT_EQ(problems.error_count(), Problems::kMaxItems + 5);
  EXPECT_TRUE(problems.ToString().ends_with("a:1: wrong\nand 5 more\n"));
}

TEST(ProblemsTest, AppendingKeepsOrderAndCounts) {
  Problems first;
  first.Error("a", 1, "", "one");
  Problems second;
  for (std::size_t i = 0; i < Problems::kMaxItems + 2; ++i) second.Error("b", 1, "", "two");
  first.Append(second);
  EXPECT_EQ(first.items().front().message, "one");
  EXPECT_EQ(first.error_count(), Problems::kMaxItems + 3);
  EXPECT_TRUE(first.ToString().ends_with("and 3 more\n"));
}

}  // namespace
}  // namespace outrigger::config
