#include "samples/bookinfo/reviews.h"

#include <optional>
#include <utility>

#include "samples/bookinfo/forward_headers.h"
#include "samples/bookinfo/json.h"
#include "samples/bookinfo/text.h"

namespace bookinfo {

using outrigger::Request;
using outrigger::Response;

namespace {

struct Review {
  std::string_view reviewer;
  std::string_view text;
};

constexpr Review kReviews[] = {
    {"Reviewer1",
     "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!"},
    {"Reviewer2",
     "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays "
     "by "
     "Shakespeare."},
};

constexpr char kNoRating[] = R"({"error":"Ratings service is currently unavailable"})";

/// The "ratings" member of what ratings answered; empty when the call failed in any way.
std::optional<Json> RatingsOf(const outrigger::CallResult& result) {
  if (!result.ok() || result.response.status != 200) return std::nullopt;
  const auto answer = Json::Parse(result.response.body);
  const Json* ratings = answer.has_value() ? answer->Find("ratings") : nullptr;
  if (ratings == nullptr) return std::nullopt;
  return *ratings;
}

}  // namespace

Reviews::Reviews(const Environment& environment, std::string_view version, Caller call)
    : call_(std::move(call)),
      ratings_(environment.Find("ratings")),
      pod_name_(environment.Text("HOSTNAME", "null")),
      cluster_name_(environment.Text("CLUSTER_NAME", "null")),
      ratings_enabled_(environment.Flag("ENABLE_RATINGS", version == "v2" || version == "v3")),
      star_color_(environment.Text("STAR_COLOR", version == "v3" ? "red" : "black")),
      ratings_timeout_(star_color_ == "black" ? 10'000 : 2'500) {}

outrigger::Routes Reviews::MakeRoutes() const {
  outrigger::Routes routes;
  routes.Add("GET", "/health", [](const Request&) {
    return Response::Json(200, "{\"status\": \"Reviews is healthy\"}");
  });
  routes.Add("GET", "/reviews/*", [this](const Request& request) { return ForProduct(request); });
  return routes;
}

Response Reviews::ForProduct(const Request& request) const {
  constexpr std::string_view kPrefix = "/reviews/";
  const auto id = ParseInteger(request.path().substr(kPrefix.size()));
  if (!id.has_value()) return Response{.status = 404};

  std::optional<Json> ratings;
  if (ratings_enabled_) {
    Request call{.target = "/ratings/" + std::to_string(*id),
                 .headers = ForwardHeaders(request.headers, Forwarder::kReviews)};
    ratings = RatingsOf(
        call_(ratings_.host, ratings_.port, std::move(call), {.timeout = ratings_timeout_}));
  }

  std::string reviews;
  for (const Review& review : kReviews) {
    if (!reviews.empty()) reviews += ',';
    reviews += "{\"reviewer\":" + JsonString(review.reviewer) +
               ",\"text\":" + JsonString(review.text) +
               RatingMember(ratings ? &*ratings : nullptr, review.reviewer) + "}";
  }
  return Response::Json(
      200, "{\"id\":\"" + std::to_string(*id) + "\",\"podname\":" + JsonString(pod_name_) +
               ",\"clustername\":" + JsonString(cluster_name_) + ",\"reviews\":[" + reviews + "]}");
}

std::string Reviews::RatingMember(const Json* ratings, std::string_view reviewer) const {
  if (!ratings_enabled_) return "";
  const Json* value = ratings == nullptr ? nullptr : ratings->Find(reviewer);
  const auto stars = value == nullptr ? std::nullopt : value->AsInteger();
  if (!stars.has_value()) return std::string(",\"rating\":") + kNoRating;
  return ",\"rating\":{\"stars\":" + std::to_string(*stars) +
         ",\"color\":" + JsonString(star_color_) + "}";
}

}  // namespace bookinfo
