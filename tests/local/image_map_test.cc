#include "local/image_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace outrigger::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

ImageMap Builtin() { return ImageMap("/bin"); }

TEST(ImageMapTest, BookinfoImagesRunOurProgramAsThatServiceAndVersion) {
  const auto program = Builtin().Find("reg.local/istio/examples-bookinfo-reviews-v3:1.20.3", {});
  ASSERT_TRUE(program.has_value());
  EXPECT_THAT(program->command, ElementsAre("/bin/bookinfo", "reviews", "--version", "v3"));
  EXPECT_THAT(program->env, ElementsAre(Pair("ENABLE_RATINGS", "true"),
                                        Pair("SERVICE_VERSION", "v3"), Pair("STAR_COLOR", "red")));
}

TEST(ImageMapTest, ReviewsV1CallsNobody) {
  const auto program = Builtin().Find("examples-bookinfo-reviews-v1", {});
  ASSERT_TRUE(program.has_value());
  EXPECT_FALSE(program->env.contains("ENABLE_RATINGS"));
}

TEST(ImageMapTest, VersionsWithDashesStayWhole) {
  const auto program = Builtin().Find("istio/examples-bookinfo-ratings-v-faulty:1", {});
  ASSERT_TRUE(program.has_value());
  EXPECT_EQ(program->env.at("SERVICE_VERSION"), "v-faulty");
}

TEST(ImageMapTest, ArgumentsTellTheTwoUsesOfTheProxyImageApart) {
  const auto proxy = Builtin().Find("outrigger/proxyv2:latest", {"proxy", "sidecar"});
  const auto init = Builtin().Find("outrigger/proxyv2:latest", {"istio-iptables", "-p", "15001"});
  ASSERT_TRUE(proxy && init);
  EXPECT_EQ(proxy->role, ImageProgram::Role::kProxy);
  EXPECT_EQ(init->role, ImageProgram::Role::kInit);
  EXPECT_THAT(init->command, ElementsAre("/bin/outrigger-init"));
}

TEST(ImageMapTest, UnknownImagesHaveNoProgram) {
  EXPECT_FALSE(Builtin().Find("mongo:7", {}).has_value());
  EXPECT_FALSE(Builtin().Find("examples-bookinfo-mongodb:1", {}).has_value());
}

TEST(ImageMapTest, RulesOfTheFileComeFirst) {
  ImageMap images = Builtin();
  const auto read = images.Read(
      "images:\n- name: '*/examples-bookinfo-ratings-*'\n  command: [my-ratings, 9080, true]\n  "
      "env: {A: 1}\n  user: 5\n",
      "i.yaml");
  ASSERT_TRUE(read.ok()) << read;
  const auto program = images.Find("istio/examples-bookinfo-ratings-v1:1", {});
  ASSERT_TRUE(program.has_value());
  EXPECT_THAT(program->command, ElementsAre("my-ratings", "9080", "true"));
  EXPECT_THAT(program->env, ElementsAre(Pair("A", "1")));
  EXPECT_EQ(program->user, 5);
}

TEST(ImageMapTest, EveryMistakeIsOneLineWithItsPlace) {
  ImageMap images = Builtin();
  const auto read = images.Read(
      "images:\n- command: [x]\n- name: a\n  comand: [y]\n- {name: b, command: [z], user: root}\n",
      "i.yaml");
  ASSERT_FALSE(read.ok());
  const std::string text(read.message());
  EXPECT_THAT(text, HasSubstr("i.yaml:2: images[0].name: "));
  EXPECT_THAT(text, HasSubstr("images[1].command: a list is needed"));
  EXPECT_THAT(text, HasSubstr("i.yaml:4: images[1].comand: unknown key"));
  EXPECT_THAT(text, HasSubstr("i.yaml:5: images[2].user: not a user id"));
}

struct GlobCase {
  const char* name;
  const char* glob;
  const char* text;
  bool want;
};
class GlobTest : public testing::TestWithParam<GlobCase> {};
TEST_P(GlobTest, MatchesTheWholeText) {
  EXPECT_EQ(GlobMatches(GetParam().glob, GetParam().text), GetParam().want);
}
const GlobCase kGlobs[] = {
    {"Exact", "a:1", "a:1", true},
    {"Prefix", "a", "a:1", false},
    {"StarCrossesSlashes", "*hello:*", "x/y/hello:2", true},
    {"StarIsEmpty", "a*b", "ab", true},
    {"TwoStarsNeedBacktracking", "*ab*c", "aabxabc", true},
    {"Question", "v?", "v1", true},
    {"QuestionNeedsOne", "v?", "v", false},
    {"OnlyStar", "*", "", true},
};
INSTANTIATE_TEST_SUITE_P(All, GlobTest, testing::ValuesIn(kGlobs),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace outrigger::local
