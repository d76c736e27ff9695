#include "cmd/outrigger/top_prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

using ::testing::HasSubstr;

TEST(QueryAnswer, BecomesSamples) {
  const auto samples =
      ParseQueryAnswer(R"({"status":"success","data":{"resultType":"vector","result":[)"
                       R"({"metric":{"a":"b","c":"d"},"value":[1700000000.123,"1.5"]},)"
                       R"({"metric":{},"value":[1700000000,"+Inf"]}]}})");
  ASSERT_TRUE(samples.ok()) << MessageOf(samples.status());
  ASSERT_EQ(samples->size(), 2u);
  EXPECT_EQ((*samples)[0].Get("a"), "b");
  EXPECT_EQ((*samples)[0].Get("missing"), "");
  EXPECT_DOUBLE_EQ((*samples)[0].value, 1.5);
  EXPECT_TRUE(std::isinf((*samples)[1].value));
}

TEST(QueryAnswer, LeavesQuantilesOfNothingOut) {
  const auto samples = ParseQueryAnswer(
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]}})");
  ASSERT_TRUE(samples.ok());
  EXPECT_TRUE(samples->empty());
}

TEST(QueryAnswer, GivesPrometheusOwnWordsForAnError) {
  const auto samples =
      ParseQueryAnswer(R"({"status":"error","errorType":"bad_data","error":"1:4: parse error"})");
  EXPECT_EQ(MessageOf(samples.status()), "Prometheus: bad_data: 1:4: parse error");
}

struct Case {
  const char* name;
  const char* body;
};
class BadAnswerTest : public ::testing::TestWithParam<Case> {};
TEST_P(BadAnswerTest, IsRefused) {
  const auto samples = ParseQueryAnswer(GetParam().body);
  ASSERT_FALSE(samples.ok());
  EXPECT_THAT(MessageOf(samples.status()), HasSubstr("does not answer like Prometheus"));
}
const Case kBad[] = {
    {"Empty", ""},
    {"Html", "<html>502 Bad Gateway</html>"},
    {"Array", "[]"},
    {"Number", "7"},
    {"NoData", R"({"status":"success"})"},
    {"DataIsText", R"({"status":"success","data":"x"})"},
    {"ResultIsText", R"({"status":"success","data":{"resultType":"vector","result":"x"}})"},
    {"Matrix", R"({"status":"success","data":{"resultType":"matrix","result":[]}})"},
    {"NoValue", R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}})"},
    {"ShortValue",
     R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}})"},
    {"ValueIsNumber",
     R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}})"},
    {"SampleIsText", R"({"status":"success","data":{"resultType":"vector","result":["x"]}})"},
};
INSTANTIATE_TEST_SUITE_P(Table, BadAnswerTest, ::testing::ValuesIn(kBad),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace outrigger::cli
