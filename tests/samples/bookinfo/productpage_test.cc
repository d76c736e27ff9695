#include "samples/bookinfo/productpage.h"

#include <gtest/gtest.h>

#include "tests/samples/bookinfo/fake_world.h"

namespace bookinfo {
namespace {

using outrigger::CallFailure;
using outrigger::Request;
using outrigger::Response;
using testing::Test;

constexpr char kBook[] =
    R"({"id":0,"publisher":"PublisherA","pages":200,"type":"paperback","language":"English",)"
    R"("ISBN-10":"1234567890"})";

/// What reviews answers; `ratings` are the "rating" members of its two reviews, with a leading
/// comma.
std::string ReviewsBody(std::string_view first, std::string_view second,
                        std::string_view cluster = "null") {
  return R"({"id":"0","podname":"reviews-pod","clustername":")" + std::string(cluster) +
         R"(","reviews":[{"reviewer":"Reviewer1","text":"fun & <b>games</b>")" +
         std::string(first) + R"(},{"reviewer":"Reviewer2","text":"fine")" + std::string(second) +
         "}]}";
}

std::string Stars(int count, std::string_view color) {
  return R"(,"rating":{"stars":)" + std::to_string(count) + R"(,"color":")" + std::string(color) +
         "\"}";
}

class ProductpageTest : public Test {
 protected:
  Response Answer(Request request) { return productpage_.MakeRoutes().Answer(request); }
  Response Get(std::string target) { return Answer({.target = std::move(target)}); }

  /// One page view for which reviews answers `body`.
  std::string PageWithReviews(std::string body) {
    world_.Answer(200, kBook);
    world_.Answer(200, std::move(body));
    return Get("/productpage").body;
  }

  /// The Cookie header that signs `user` in.
  std::string CookieOf(const std::string& user) {
    const std::string cookie(
        Answer({.method = "POST", .target = "/login", .body = "username=" + user + "&passwd=x"})
            .headers.Get("Set-Cookie"));
    return cookie.substr(0, cookie.find(';'));
  }

  FakeWorld world_;
  Productpage productpage_{Environment(), "v1", world_.caller()};
};

TEST_F(ProductpageTest, ShowsDetailsThenReviews) {
  const std::string page = PageWithReviews(ReviewsBody("", ""));
  for (const char* text :
       {"BookInfo Sample", "The Comedy of Errors", "<b>William Shakespeare's</b>", "Book Details",
        "ISBN-10", "1234567890", "PublisherA", ">200<", "paperback", "English", "Book Reviews",
        "fun &amp; &lt;b&gt;games&lt;/b&gt;", "Reviewer1", "Reviewer2", "Sign in",
        "action=\"login\"", "name=\"username\"", "name=\"passwd\""}) {
    EXPECT_NE(page.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(Count(page, "Reviews served by: <code>reviews-pod</code>"), 2u);
  EXPECT_EQ(Count(page, "on cluster"), 0u);
  EXPECT_EQ(Count(page, "Error fetching"), 0u);
  EXPECT_EQ(Count(page, "glyphicon"), 0u) << "reviews v1 has no star row";
  EXPECT_EQ(Count(page, "{{"), 0u);
  EXPECT_EQ(Count(page, "Sign out"), 0u);
  ASSERT_EQ(world_.calls.size(), 2u);
  EXPECT_EQ(world_.calls[0].host, "details");
  EXPECT_EQ(world_.calls[0].request.target, "/details/0");
  EXPECT_EQ(world_.calls[1].host, "reviews");
  EXPECT_EQ(world_.calls[1].request.target, "/reviews/0");
  for (const auto& call : world_.calls) {
    EXPECT_EQ(call.options.timeout, std::chrono::seconds(3));
    EXPECT_FALSE(call.options.reuse_connection);
  }
}

TEST_F(ProductpageTest, IsHtml) {
  EXPECT_TRUE(Get("/productpage").headers.Get("Content-Type").starts_with("text/html"));
}

TEST_F(ProductpageTest, CountsFilledAndOutlineStars) {
  const std::string page = PageWithReviews(ReviewsBody(Stars(5, "red"), Stars(4, "red")));
  EXPECT_EQ(Count(page, "glyphicon glyphicon-star"), 9u);
  EXPECT_EQ(Count(page, "text-red-500"), 10u);
  EXPECT_EQ(Count(page, "star outline"), 1u);
}

TEST_F(ProductpageTest, ShowsNoRowForZeroStarsAndNoMoreThanFive) {
  const std::string page = PageWithReviews(ReviewsBody(Stars(0, "black"), Stars(99, "black")));
  EXPECT_EQ(Count(page, "glyphicon glyphicon-star"), 5u);
  EXPECT_EQ(Count(page, "text-black-500"), 5u);
}

TEST_F(ProductpageTest, ShowsInRedThatRatingsFailed) {
  const char kError[] = R"(,"rating":{"error":"Ratings service is currently unavailable"})";
  const std::string page = PageWithReviews(ReviewsBody(kError, kError));
  EXPECT_EQ(Count(page, "text-red-500\">Ratings service is currently unavailable"), 2u);
  EXPECT_EQ(Count(page, "glyphicon"), 0u);
}

TEST_F(ProductpageTest, NamesTheCluster) {
  EXPECT_EQ(Count(PageWithReviews(ReviewsBody("", "", "west")), "on cluster <code>west</code>"),
            2u);
}

TEST_F(ProductpageTest, EscapesWhatServicesSay) {
  const std::string page = PageWithReviews(ReviewsBody(Stars(1, "<i>"), "", "<script>"));
  EXPECT_EQ(Count(page, "<script>"), 0u);
  EXPECT_EQ(Count(page, "<i>"), 0u);
}

TEST_F(ProductpageTest, IsServedEvenWhenEverythingFails) {
  world_.Fail(CallFailure::kConnect);
  world_.Answer(503, "");
  world_.Fail(CallFailure::kTimeout);
  const Response response = Get("/productpage");
  EXPECT_EQ(response.status, 200);
  for (const char* text : {"Error fetching product details",
                           "Sorry, product details are currently unavailable for this book.",
                           "Error fetching product reviews",
                           "Sorry, product reviews are currently unavailable for this book."}) {
    EXPECT_EQ(Count(response.body, text), 1u) << text;
  }
  ASSERT_EQ(world_.calls.size(), 3u) << "details once, reviews twice";
  EXPECT_EQ(world_.calls[1].request.target, "/reviews/0");
  EXPECT_EQ(world_.calls[2].request.target, "/reviews/0");
}

TEST_F(ProductpageTest, TakesTheSecondAnswerOfReviews) {
  world_.Answer(200, kBook);
  world_.Answer(503, "");
  world_.Answer(200, ReviewsBody(Stars(5, "black"), ""));
  EXPECT_EQ(Count(Get("/productpage").body, "glyphicon glyphicon-star"), 5u);
}

TEST_F(ProductpageTest, OnlyA200IsSuccess) {
  world_.Answer(204, kBook);
  EXPECT_EQ(Count(Get("/productpage").body, "Error fetching product details"), 1u);
}

TEST_F(ProductpageTest, HasNoPageForA200ThatIsNotJson) {
  world_.Answer(200, "<html>");
  EXPECT_EQ(Get("/productpage").status, 500);
}

TEST_F(ProductpageTest, LoginSendsBackWithASignedCookie) {
  Request login{.method = "POST", .target = "/login", .body = "username=jason&passwd=secret"};
  login.headers.Add("Referer", "http://shop/productpage?u=normal");
  const Response response = Answer(login);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers.Get("Location"), "http://shop/productpage?u=normal");
  EXPECT_TRUE(response.headers.Get("Set-Cookie").starts_with("session=jason."));
  EXPECT_TRUE(response.headers.Get("Content-Type").starts_with("text/html"));
}

TEST_F(ProductpageTest, LoginWithoutRefererGoesToThePage) {
  const Response response = Answer({.method = "POST", .target = "/login?username=ann"});
  EXPECT_EQ(response.headers.Get("Location"), "/productpage");
  EXPECT_TRUE(response.headers.Get("Set-Cookie").starts_with("session=ann."));
}

TEST_F(ProductpageTest, LoginIsForPostOnly) { EXPECT_EQ(Get("/login").status, 405); }

TEST_F(ProductpageTest, SignedInUserIsShownAndTravelsAsEndUser) {
  world_.Answer(200, kBook);
  world_.Answer(200, ReviewsBody("", ""));
  Request request{.target = "/productpage"};
  request.headers.Add("Cookie", CookieOf("jason"));
  request.headers.Add("end-user", "somebody else");
  request.headers.Add("x-request-id", "r1");
  const std::string page = Answer(request).body;
  EXPECT_NE(page.find("<span class=\"user\">jason</span>"), std::string::npos);
  EXPECT_NE(page.find("href=\"logout\">Sign out"), std::string::npos);
  EXPECT_EQ(Count(page, "Sign in"), 0u);
  for (const auto& call : world_.calls) {
    EXPECT_EQ(call.request.headers.GetAll("end-user"), std::vector<std::string_view>{"jason"});
    EXPECT_EQ(call.request.headers.Get("x-request-id"), "r1");
  }
}

TEST_F(ProductpageTest, AnonymousCallsCarryNoEndUser) {
  Request request{.target = "/productpage"};
  request.headers.Add("end-user", "jason");
  Answer(request);
  EXPECT_FALSE(world_.calls.at(0).request.headers.Has("end-user"));
}

TEST_F(ProductpageTest, UserNamesCannotSmuggleHeaders) {
  Request request{.target = "/productpage"};
  request.headers.Add("Cookie", CookieOf("+a%0d%0aX-Evil:1%00+"));
  Answer(request);
  EXPECT_EQ(world_.calls.at(0).request.headers.Get("end-user"), "aX-Evil:1");
}

TEST_F(ProductpageTest, LogoutForgetsTheUser) {
  const Response response = Get("/logout");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers.Get("Location"), "/productpage");
  EXPECT_NE(response.headers.Get("Set-Cookie").find("Max-Age=0"), std::string_view::npos);
}

TEST_F(ProductpageTest, ListsItsProduct) {
  const Response response = Get("/api/v1/products");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  EXPECT_TRUE(
      response.body.starts_with(R"([{"id":0,"title":"The Comedy of Errors","descriptionHtml":")"));
  EXPECT_TRUE(Json::Parse(response.body).has_value());
}

struct ApiCase {
  const char* name;
  const char* target;
  const char* called;  // empty: 404 without a call
  const char* error;
};
void PrintTo(const ApiCase& row, std::ostream* out) { *out << row.name; }
class ProductpageApiTest : public ProductpageTest, public testing::WithParamInterface<ApiCase> {};
const ApiCase kApi[] = {
    {"Details", "/api/v1/products/7", "/details/7", "Sorry, product details are currently"},
    {"Reviews", "/api/v1/products/7/reviews", "/reviews/7", "Sorry, product reviews are currently"},
    {"Ratings", "/api/v1/products/7/ratings", "/ratings/7", "Sorry, product ratings are currently"},
    {"IdIsPassedOnAsText", "/api/v1/products/a%20b", "/details/a%20b", "Sorry, product details"},
    {"NoId", "/api/v1/products/", "", ""},
    {"OtherPart", "/api/v1/products/7/authors", "", ""},
};
TEST_P(ProductpageApiTest, PassesAnswersOn) {
  world_.Answer(200, R"({ "a": 1 })");
  const Response response = Get(GetParam().target);
  if (*GetParam().called == '\0') {
    EXPECT_EQ(response.status, 404);
    EXPECT_TRUE(world_.calls.empty());
    return;
  }
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"a":1})");
  EXPECT_EQ(world_.calls.at(0).request.target, GetParam().called);
}
TEST_P(ProductpageApiTest, PassesStatusOnAndIs500WhenUnreachable) {
  if (*GetParam().called == '\0') return;
  world_.Answer(418, "");
  world_.Answer(418, "");
  const Response refused = Get(GetParam().target);
  if (world_.calls.size() == 1) Get(GetParam().target);  // all but reviews: take the second answer
  EXPECT_EQ(refused.status, 418);
  EXPECT_NE(refused.body.find(GetParam().error), std::string::npos);
  world_.Fail(CallFailure::kTimeout);
  world_.Fail(CallFailure::kTimeout);
  EXPECT_EQ(Get(GetParam().target).status, 500);
}
INSTANTIATE_TEST_SUITE_P(Table, ProductpageApiTest, testing::ValuesIn(kApi),
                         [](const auto& row) { return row.param.name; });

TEST_F(ProductpageTest, CountsOneResultPerLogicalCall) {
  world_.Answer(200, kBook);
  world_.Answer(503, "");
  world_.Answer(503, "");
  Get("/productpage");
  const Response metrics = Get("/metrics");
  EXPECT_EQ(metrics.headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"request_result_total{destination_app=\"details\",response_code=\"200\"} 1\n",
        "request_result_total{destination_app=\"reviews\",response_code=\"503\"} 1\n",
        "# TYPE request_result_total counter\n", "# TYPE request_result_created gauge\n",
        "\nprocess_open_fds ", "\nprocess_resident_memory_bytes ",
        "\nprocess_start_time_seconds "}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line;
  }
}

TEST_F(ProductpageTest, ServesItsFilesOnly) {
  EXPECT_TRUE(Get("/static/bookinfo.css").headers.Get("Content-Type").starts_with("text/css"));
  EXPECT_EQ(Get("/static/img/avatar.svg").headers.Get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(Get("/static/missing").status, 404);
  EXPECT_EQ(Get("/static/").status, 404);
  EXPECT_EQ(Get("/static/../layout.html").status, 404);
  EXPECT_EQ(Get("/layout.html").status, 404);
}

// A file the page names and does not get would be a planted 404 nobody planted.
TEST_F(ProductpageTest, EveryFileThePageNamesExists) {
  const std::string page = Get("/productpage").body;
  std::size_t count = 0;
  for (auto at = page.find("static/"); at != std::string::npos; at = page.find("static/", at + 1)) {
    const std::string path = "/" + page.substr(at, page.find('"', at) - at);
    EXPECT_EQ(Get(path).status, 200) << path;
    ++count;
  }
  EXPECT_GE(count, 3u);
}

TEST_F(ProductpageTest, LandingPageNamesTheServicesAndTwoWaysIn) {
  for (const char* target : {"/", "/index.html"}) {
    const Response response = Get(target);
    EXPECT_EQ(response.status, 200);
    for (const char* text :
         {"http://details:9080", "http://reviews:9080", "http://ratings:9080",
          "productpage?u=normal\">Normal user", "productpage?u=test\">Test user"}) {
      EXPECT_NE(response.body.find(text), std::string::npos) << text;
    }
  }
}

TEST_F(ProductpageTest, SaysItIsHealthy) {
  EXPECT_EQ(Get("/health").body, "Product page is healthy");
  EXPECT_TRUE(Get("/health").headers.Get("Content-Type").starts_with("text/html"));
}

TEST(ProductpageFloodTest, CallsReviewsManyTimesPerPageAndCountsThemNot) {
  for (const auto& [version, environment] : std::vector<std::pair<std::string, Environment>>{
           {"v-flooding", Environment()}, {"v1", Environment::Of({{"FLOOD_FACTOR", "100"}})}}) {
    FakeWorld world;
    Productpage productpage(environment, version, world.caller());
    const auto routes = productpage.MakeRoutes();
    EXPECT_EQ(routes.Answer({.target = "/productpage"}).status, 200);
    EXPECT_EQ(world.calls.size(), 102u);
    EXPECT_NE(routes.Answer({.target = "/metrics"})
                  .body.find("destination_app=\"reviews\",response_code=\"200\"} 1\n"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace bookinfo
