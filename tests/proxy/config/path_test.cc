#include "proxy/config/path.h"

#include <gtest/gtest.h>

namespace outrigger::config {
namespace {

TEST(PathTest, ReadsLikeTheSchema) {
  const Path root;
  const Path clusters = root.Key("clusters");
  const Path second = clusters.Index(1);
  EXPECT_EQ(root.ToString(), "");
  EXPECT_EQ(second.Key("name").ToString(), "clusters[1].name");
  EXPECT_EQ(second.Key("name").ToPointer(), "/clusters/1/name");
}

TEST(PathTest, QuotesKeysThatAreNotWords) {
  const Path root;
  EXPECT_EQ(root.Key("app.kubernetes.io/name").ToString(), "[\"app.kubernetes.io/name\"]");
  EXPECT_EQ(root.Key("app.kubernetes.io/name").ToPointer(), "/app.kubernetes.io~1name");
  EXPECT_EQ(root.Key("a\"b\n").ToString(), "[\"a\\\"b?\"]");
  EXPECT_EQ(root.Key("").ToString(), "[\"\"]");
}

TEST(PathTest, PointersAndStepsAreInverse) {
  const std::vector<std::string> steps = {"a/b", "~1", "", "0"};
  std::string pointer;
  for (const std::string& step : steps) pointer += "/" + PointerToken(step);
  EXPECT_EQ(pointer, "/a~1b/~01//0");
  EXPECT_EQ(PointerTokens(pointer), steps);
}

TEST(PathTest, WritesPointersForPeople) {
  EXPECT_EQ(PathOfPointer("/spec/http/0/route"), "spec.http[0].route");
  EXPECT_EQ(PathOfPointer("/metadata/labels/a~1b"), "metadata.labels[\"a/b\"]");
  EXPECT_EQ(PathOfPointer(""), "");
}

TEST(PathTest, AnIndexHasNoLeadingZeroAndNoSign) {
  EXPECT_EQ(ParseIndex("0"), 0u);
  EXPECT_EQ(ParseIndex("12"), 12u);
  for (const char* text : {"", "-", "-1", "+1", "01", "1a", "99999999999999999999999"}) {
    EXPECT_EQ(ParseIndex(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace outrigger::config
