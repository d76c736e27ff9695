#include "outrigger/message.h"

#include <gtest/gtest.h>

namespace outrigger {
namespace {

TEST(HeadersTest, FindsNamesWithoutLetterCaseAndKeepsTheCaseGiven) {
  Headers headers;
  headers.Add("X-Request-ID", "1");
  EXPECT_EQ(headers.Get("x-request-id"), "1");
  EXPECT_TRUE(headers.Has("X-REQUEST-id"));
  EXPECT_EQ(headers.fields()[0].first, "X-Request-ID");
}

TEST(HeadersTest, GetReturnsTheFirstOfSeveralAndEmptyForNone) {
  Headers headers;
  headers.Add("Via", "a");
  headers.Add("via", "b");
  EXPECT_EQ(headers.Get("VIA"), "a");
  EXPECT_EQ(headers.Get("Vi"), "");
  EXPECT_FALSE(headers.Has("Vi"));
  EXPECT_EQ(headers.GetAll("VIA"), (std::vector<std::string_view>{"a", "b"}));
}

TEST(HeadersTest, SetReplacesAllOfThatNameAtThePlaceOfTheFirst) {
  Headers headers;
  headers.Add("A", "1");
  headers.Add("B", "2");
  headers.Add("a", "3");
  headers.Add("C", "4");
  headers.Set("a", "5");
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers.fields()[0], (Headers::Field{"a", "5"}));
  EXPECT_EQ(headers.fields()[1].first, "B");
  EXPECT_EQ(headers.fields()[2].first, "C");
}

TEST(HeadersTest, SetAppendsWhatIsNotThere) {
  Headers headers;
  headers.Set("A", "1");
  EXPECT_EQ(headers.Get("A"), "1");
}

TEST(HeadersTest, RemoveTakesEveryFieldOfThatName) {
  Headers headers;
  headers.Add("A", "1");
  headers.Add("B", "2");
  headers.Add("a", "3");
  headers.Remove("A");
  ASSERT_EQ(headers.size(), 1u);
  EXPECT_EQ(headers.fields()[0].first, "B");
}

TEST(RequestTest, SplitsPathAndQueryAtTheFirstQuestionMark) {
  EXPECT_EQ((Request{.target = "/a?b=1?c"}.path()), "/a");
  EXPECT_EQ((Request{.target = "/a?b=1?c"}.query()), "b=1?c");
  EXPECT_EQ((Request{.target = "/a"}.path()), "/a");
  EXPECT_EQ((Request{.target = "/a"}.query()), "");
  EXPECT_EQ((Request{.target = "/a?"}.query()), "");
}

TEST(ResponseTest, FactoriesSetStatusTypeAndBody) {
  const Response json = Response::Json(503, "{}");
  EXPECT_EQ(json.status, 503);
  EXPECT_EQ(json.headers.Get("content-type"), "application/json");
  EXPECT_EQ(json.body, "{}");
  EXPECT_EQ(Response::Text(200, "x").headers.Get("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Response::Html(200, "x").headers.Get("content-type"), "text/html; charset=utf-8");
}

TEST(ResponseTest, RedirectNamesTheLocation) {
  const Response response = Response::Redirect("/there");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers.Get("location"), "/there");
}

}  // namespace
}  // namespace outrigger
