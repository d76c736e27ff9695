#include "samples/bookinfo/reviews.h"

#include <gtest/gtest.h>

#include "tests/samples/bookinfo/fake_world.h"

namespace bookinfo {
namespace {

using outrigger::CallFailure;
using outrigger::Request;
using outrigger::Response;

constexpr char kFive[] = R"({"id":0,"ratings":{"Reviewer1":5,"Reviewer2":4}})";

Response Get(const Reviews& reviews, std::string target) {
  return reviews.MakeRoutes().Answer({.target = std::move(target)});
}

TEST(ReviewsTest, V1AnswersWithoutRatingsAndCallsNobody) {
  FakeWorld world;
  const Reviews reviews(Environment::Of({{"HOSTNAME", "reviews-v1-abc"}}), "v1", world.caller());
  const Response response = Get(reviews, "/reviews/0");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(
      response.body,
      R"({"id":"0","podname":"reviews-v1-abc","clustername":"null","reviews":[)"
      R"({"reviewer":"Reviewer1","text":"An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!"},)"
      R"({"reviewer":"Reviewer2","text":"Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare."}]})");
  EXPECT_TRUE(world.calls.empty());
}

struct StarCase {
  const char* name;
  const char* version;
  Environment::Values environment;
  const char* rating;
  std::chrono::milliseconds timeout;
};
void PrintTo(const StarCase& row, std::ostream* out) { *out << row.name; }
class ReviewsStarTest : public testing::TestWithParam<StarCase> {};
const StarCase kStars[] = {
    {"V2IsBlackAndPatient",
     "v2",
     {},
     R"("rating":{"stars":5,"color":"black"})",
     std::chrono::milliseconds(10'000)},
    {"V3IsRedAndHasty",
     "v3",
     {},
     R"("rating":{"stars":5,"color":"red"})",
     std::chrono::milliseconds(2'500)},
    {"EnvironmentEnablesAndColours",
     "v1",
     {{"ENABLE_RATINGS", "true"}, {"STAR_COLOR", "blue"}},
     R"("rating":{"stars":5,"color":"blue"})",
     std::chrono::milliseconds(2'500)},
};
TEST_P(ReviewsStarTest, AsksRatingsOnce) {
  FakeWorld world;
  world.Answer(200, kFive);
  const Reviews reviews(Environment::Of(GetParam().environment), GetParam().version,
                        world.caller());
  EXPECT_NE(Get(reviews, "/reviews/3").body.find(GetParam().rating), std::string::npos);
  ASSERT_EQ(world.calls.size(), 1u);
  EXPECT_EQ(world.calls[0].host, "ratings");
  EXPECT_EQ(world.calls[0].port, 9080);
  EXPECT_EQ(world.calls[0].request.target, "/ratings/3");
  EXPECT_EQ(world.calls[0].options.timeout, GetParam().timeout);
}
INSTANTIATE_TEST_SUITE_P(Table, ReviewsStarTest, testing::ValuesIn(kStars),
                         [](const auto& row) { return row.param.name; });

TEST(ReviewsTest, EnvironmentSwitchesRatingsOff) {
  FakeWorld world;
  const Reviews reviews(Environment::Of({{"ENABLE_RATINGS", "false"}}), "v3", world.caller());
  EXPECT_EQ(Count(Get(reviews, "/reviews/0").body, "rating\":"), 0u);
  EXPECT_TRUE(world.calls.empty());
}

TEST(ReviewsTest, AnswersWithoutStarsWhenRatingsFailsInAnyWay) {
  FakeWorld world;
  world.Answer(503, kFive);
  world.Answer(200, "not json");
  world.Answer(200, "{}");
  world.Fail(CallFailure::kTimeout);
  const Reviews reviews({}, "v2", world.caller());
  for (int i = 0; i < 4; ++i) {
    const Response response = Get(reviews, "/reviews/0");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(
        Count(response.body, R"("rating":{"error":"Ratings service is currently unavailable"})"),
        2u)
        << i;
  }
  EXPECT_EQ(world.calls.size(), 4u) << "one attempt each";
}

TEST(ReviewsTest, AMissingReviewerAloneGetsTheError) {
  FakeWorld world;
  world.Answer(200, R"({"ratings":{"Reviewer1":3}})");
  const std::string body = Get(Reviews({}, "v3", world.caller()), "/reviews/0").body;
  EXPECT_EQ(Count(body, R"({"stars":3,"color":"red"})"), 1u);
  EXPECT_EQ(Count(body, "Ratings service is currently unavailable"), 1u);
}

TEST(ReviewsTest, PassesUserAndTraceOn) {
  FakeWorld world;
  world.Answer(200, kFive);
  Request request{.target = "/reviews/0"};
  request.headers.Add("end-user", "jason");
  request.headers.Add("traceparent", "00-1-2-01");
  request.headers.Add("accept", "x/y");
  EXPECT_EQ(Reviews({}, "v2", world.caller()).MakeRoutes().Answer(request).status, 200);
  ASSERT_EQ(world.calls.size(), 1u);
  EXPECT_EQ(world.calls[0].request.headers.Get("end-user"), "jason");
  EXPECT_EQ(world.calls[0].request.headers.Get("traceparent"), "00-1-2-01");
  EXPECT_FALSE(world.calls[0].request.headers.Has("accept"));
}

TEST(ReviewsTest, NamesPodAndClusterOrNull) {
  const std::string unnamed = Get(Reviews({}, "v1", nullptr), "/reviews/0").body;
  EXPECT_NE(unnamed.find(R"("podname":"null","clustername":"null")"), std::string::npos);
  const std::string named =
      Get(Reviews(Environment::Of({{"HOSTNAME", "p"}, {"CLUSTER_NAME", "west"}}), "v1", nullptr),
          "/reviews/0")
          .body;
  EXPECT_NE(named.find(R"("podname":"p","clustername":"west")"), std::string::npos);
}

TEST(ReviewsTest, KnowsNumbersAndHealthOnly) {
  const Reviews reviews({}, "v1", nullptr);
  EXPECT_EQ(Get(reviews, "/reviews/abc").status, 404);
  EXPECT_EQ(Get(reviews, "/reviews/").status, 404);
  EXPECT_EQ(Get(reviews, "/reviews/1/2").status, 404);
  EXPECT_EQ(Get(reviews, "/health").body, R"({"status": "Reviews is healthy"})");
  EXPECT_EQ(reviews.MakeRoutes().Answer({.method = "POST", .target = "/reviews/1"}).status, 405);
}

}  // namespace
}  // namespace bookinfo
