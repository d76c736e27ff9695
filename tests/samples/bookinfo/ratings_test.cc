#include "samples/bookinfo/ratings.h"

#include <gtest/gtest.h>

#include <vector>

namespace bookinfo {
namespace {

using outrigger::Response;
using std::chrono::minutes;
using std::chrono::seconds;

/// Time, dice and sleep that the test decides about.
class RatingsTest : public testing::Test {
 protected:
  Ratings& Start(std::string_view version, const Environment& environment = {}) {
    ratings_.emplace(environment, version,
                     RatingsWorld{.now = [this] { return now_; },
                                  .sleep = [this](auto time) { slept_.push_back(time); },
                                  .coin = [this] { return coin_; }});
    return *ratings_;
  }
  Response Get(std::string target) { return ratings_->MakeRoutes().Answer({.target = target}); }
  Response Post(std::string target, std::string body) {
    return ratings_->MakeRoutes().Answer({.method = "POST", .target = target, .body = body});
  }

  std::optional<Ratings> ratings_;
  std::chrono::steady_clock::time_point now_{};
  std::vector<std::chrono::milliseconds> slept_;
  bool coin_ = false;
};

TEST_F(RatingsTest, AnswersTheStars) {
  Start("v1");
  EXPECT_EQ(Get("/ratings/7").status, 200);
  EXPECT_EQ(Get("/ratings/7").headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(Get("/ratings/7").body, R"({"id":7,"ratings":{"Reviewer1":5,"Reviewer2":4}})");
  EXPECT_EQ(Get("/ratings/12abc?x=1").body, R"({"id":12,"ratings":{"Reviewer1":5,"Reviewer2":4}})");
}

TEST_F(RatingsTest, KeepsWhatWasPostedForThatProduct) {
  Start("v1");
  EXPECT_EQ(Post("/ratings/1", R"({ "Reviewer1": 2 })").body,
            R"({"id":1,"ratings":{"Reviewer1":2}})");
  EXPECT_EQ(Get("/ratings/1").body, R"({"id":1,"ratings":{"Reviewer1":2}})");
  EXPECT_EQ(Get("/ratings/2").body, R"({"id":2,"ratings":{"Reviewer1":5,"Reviewer2":4}})");
}

TEST_F(RatingsTest, RefusesBadNumbersBeforeBadJson) {
  Start("v1");
  const char kNumber[] = R"({"error":"please provide numeric product ID"})";
  EXPECT_EQ(Get("/ratings/abc").status, 400);
  EXPECT_EQ(Get("/ratings/").body, kNumber);
  EXPECT_EQ(Post("/ratings/abc", "{").body, kNumber);
  EXPECT_EQ(Post("/ratings/1", "{").status, 400);
  EXPECT_EQ(Post("/ratings/1", "").body, R"({"error":"please provide valid ratings JSON"})");
}

TEST_F(RatingsTest, AnswersOtherPathsAndMethods) {
  Ratings& ratings = Start("v1");
  EXPECT_EQ(Get("/nope").status, 404);
  EXPECT_EQ(Get("/nope").body, "");
  EXPECT_EQ(ratings.MakeRoutes().Answer({.method = "DELETE", .target = "/ratings/1"}).status, 405);
  EXPECT_EQ(Get("/health").body, R"({"status":"Ratings is healthy"})");
}

TEST_F(RatingsTest, KeepsABoundedNumberOfProducts) {
  Start("v1");
  for (int i = 0; i < 10'000; ++i) Post("/ratings/" + std::to_string(i), "1");
  EXPECT_EQ(Post("/ratings/10000", "1").status, 503);
  EXPECT_EQ(Post("/ratings/5", "2").body, R"({"id":5,"ratings":2})");
}

TEST_F(RatingsTest, V2CannotReachItsDatabase) {
  const char kBody[] = R"({"error":"could not connect to ratings database"})";
  Start("v2");
  EXPECT_EQ(Get("/ratings/0").status, 500);
  EXPECT_EQ(Get("/ratings/0").body, kBody);
  EXPECT_EQ(Post("/ratings/0", "{}").status, 501);
  EXPECT_EQ(Post("/ratings/0", "{}").body,
            R"({"error":"Post not implemented for database backed ratings"})");
  Start("v2", Environment::Of({{"DB_TYPE", "mysql"}}));
  EXPECT_EQ(Get("/ratings/0").status, 200);
  EXPECT_EQ(Get("/ratings/0").body, kBody);
}

TEST_F(RatingsTest, FaultyFailsByTheCoin) {
  Start("v-faulty");
  EXPECT_EQ(Get("/ratings/0").status, 200);
  coin_ = true;
  EXPECT_EQ(Get("/ratings/0").status, 503);
  EXPECT_EQ(Get("/ratings/0").body, R"({"error":"Service unavailable"})");
  EXPECT_EQ(Get("/health").status, 200);
  EXPECT_EQ(Post("/ratings/0", "{}").status, 200);
}

TEST_F(RatingsTest, DelayedSleepsSevenSecondsByTheCoin) {
  Start("v-delayed");
  Get("/ratings/0");
  EXPECT_TRUE(slept_.empty());
  coin_ = true;
  EXPECT_EQ(Get("/ratings/0").status, 200);
  EXPECT_EQ(slept_, std::vector<std::chrono::milliseconds>{seconds(7)});
}

TEST_F(RatingsTest, UnavailableAlternatesEveryMinuteAndStartsWell) {
  Start("v-unavailable");
  for (const auto& [at, status] : std::vector<std::pair<seconds, int>>{{seconds(0), 200},
                                                                       {seconds(59), 200},
                                                                       {seconds(60), 503},
                                                                       {seconds(119), 503},
                                                                       {seconds(120), 200},
                                                                       {seconds(180), 503}}) {
    now_ = std::chrono::steady_clock::time_point(at);
    EXPECT_EQ(Get("/ratings/0").status, status) << at.count();
    EXPECT_EQ(Get("/health").status, 200);
  }
}

TEST_F(RatingsTest, UnhealthyTakesItsHealthWithIt) {
  Start("v-unhealthy");
  EXPECT_EQ(Get("/health").status, 200);
  now_ += minutes(15);
  EXPECT_EQ(Get("/ratings/0").status, 503);
  EXPECT_EQ(Get("/health").status, 500);
  EXPECT_EQ(Get("/health").body, R"({"status":"Ratings is not healthy"})");
  now_ += minutes(15);
  EXPECT_EQ(Get("/ratings/0").status, 200);
}

TEST_F(RatingsTest, DownFailsAlwaysButIsHealthy) {
  for (const char* version : {"v-down", "faulty"}) {
    Start(version);
    EXPECT_EQ(Get("/ratings/0").status, 503) << version;
    EXPECT_EQ(Get("/ratings/0").body, R"({"error":"Service unavailable"})");
    EXPECT_EQ(Get("/health").status, 200);
  }
}

TEST_F(RatingsTest, TheEnvironmentOverridesTheVersion) {
  Start("v1", Environment::Of({{"SERVICE_VERSION", "v-down"}}));
  EXPECT_EQ(Get("/ratings/0").status, 503);
}

}  // namespace
}  // namespace bookinfo
