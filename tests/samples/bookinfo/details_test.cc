#include "samples/bookinfo/details.h"

#include <gtest/gtest.h>

#include "samples/bookinfo/json.h"
#include "tests/samples/bookinfo/fake_world.h"

namespace bookinfo {
namespace {

using outrigger::CallFailure;
using outrigger::Response;

Response Get(const Details& details, std::string target) {
  return details.MakeRoutes().Answer({.target = std::move(target)});
}

TEST(DetailsTest, AnswersTheBookWithItsKeysInOrder) {
  const Details details({}, "v1", nullptr);
  const Response response = Get(details, "/details/7");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(response.body,
            R"({"id":7,"author":"William Shakespeare","year":1595,"type":"paperback","pages":200,)"
            R"("publisher":"PublisherA","language":"English","ISBN-10":"1234567890",)"
            R"("ISBN-13":"123-1234567890"})");
}

TEST(DetailsTest, WantsANumber) {
  const Details details({}, "v1", nullptr);
  for (const char* target : {"/details/abc", "/details/", "/details", "/details/1x"}) {
    const Response response = Get(details, target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(response.body, R"({"error":"please provide numeric product id"})");
  }
}

TEST(DetailsTest, TakesTheLastSegmentAndAnyMethod) {
  const Details details({}, "v1", nullptr);
  const Response response =
      details.MakeRoutes().Answer({.method = "PUT", .target = "/details/x/9"});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.starts_with("{\"id\":9,"));
}

TEST(DetailsTest, SaysItIsHealthyAndKnowsNothingElse) {
  const Details details({}, "v1", nullptr);
  EXPECT_EQ(Get(details, "/health").body, R"({"status":"Details is healthy"})");
  EXPECT_EQ(Get(details, "/").status, 404);
  EXPECT_EQ(Get(details, "/detailsx").status, 404);
}

constexpr char kVolume[] =
    R"({"items":[{"volumeInfo":{"authors":["William S."],"publishedDate":"1990-01-02",)"
    R"("publisher":"Dover","pageCount":64,"printType":"BOOK","language":"en",)"
    R"("industryIdentifiers":[{"type":"ISBN_13","identifier":"13"},)"
    R"({"type":"ISBN_10","identifier":"10"}]}}]})";

TEST(DetailsV2Test, AsksTheBooksApiInPlainHttp) {
  FakeWorld world;
  world.Answer(200, kVolume);
  const Details details(Environment::Of({{"DO_NOT_ENCRYPT", "true"}}), "v2", world.caller());
  outrigger::Request request{.target = "/details/0"};
  request.headers.Add("x-request-id", "r1");
  const Response response = details.MakeRoutes().Answer(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"id":0,"author":"William S.","year":"1990-01-02","type":"paperback","pages":64,)"
            R"("publisher":"Dover","language":"English","ISBN-10":"10","ISBN-13":"13"})");
  ASSERT_EQ(world.calls.size(), 1u);
  EXPECT_EQ(world.calls[0].host, "www.googleapis.com");
  EXPECT_EQ(world.calls[0].port, 80);
  EXPECT_EQ(world.calls[0].options.timeout, std::chrono::seconds(5));
  EXPECT_EQ(world.calls[0].request.headers.Get("x-request-id"), "r1");
}

TEST(DetailsV2Test, AnswersAnyFailureWith400AndTheReason) {
  FakeWorld world;
  world.Fail(CallFailure::kTimeout);
  world.Answer(429, "{}");
  world.Answer(200, "<html>");
  world.Answer(200, R"({"items":[]})");
  const Details details(
      Environment::Of({{"ENABLE_EXTERNAL_BOOK_SERVICE", "true"}, {"DO_NOT_ENCRYPT", "true"}}), "v1",
      world.caller());
  EXPECT_EQ(Get(details, "/details/0").body, R"({"error":"details:9080: no answer"})");
  EXPECT_EQ(Get(details, "/details/0").body, R"({"error":"the books API answered 429"})");
  EXPECT_EQ(Get(details, "/details/0").status, 400);
  EXPECT_EQ(Get(details, "/details/0").status, 400);
  EXPECT_EQ(world.calls.size(), 4u);
}

TEST(DetailsV2Test, RefusesToCallInPlainTextUnlessTold) {
  FakeWorld world;
  const Details details({}, "v2", world.caller());
  const Response response = Get(details, "/details/0");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("DO_NOT_ENCRYPT"), std::string::npos);
  EXPECT_TRUE(world.calls.empty());
}

}  // namespace
}  // namespace bookinfo
