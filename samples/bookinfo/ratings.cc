#include "samples/bookinfo/ratings.h"

#include <random>
#include <thread>
#include <utility>

#include "samples/bookinfo/json.h"
#include "samples/bookinfo/text.h"

namespace bookinfo {

using outrigger::Request;
using outrigger::Response;

namespace {

constexpr auto kDelay = std::chrono::seconds(7);
constexpr std::size_t kMaxProducts = 10'000;  // anybody may POST; memory is not for anybody
constexpr char kDefaultRatings[] = R"({"Reviewer1":5,"Reviewer2":4})";

Response ErrorReply(int status, std::string_view reason) {
  return Response::Json(status, "{\"error\":" + JsonString(reason) + "}");
}

Response NeedsNumber() { return ErrorReply(400, "please provide numeric product ID"); }

}  // namespace

RatingsWorld RatingsWorld::Real() {
  return {.now = [] { return std::chrono::steady_clock::now(); },
          .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .coin =
              [] {
                thread_local std::minstd_rand generator(std::random_device{}());
                return std::bernoulli_distribution(0.5)(generator);
              }};
}

Ratings::Ratings(const Environment& environment, std::string_view version, RatingsWorld world)
    : world_(std::move(world)),
      version_(environment.Text("SERVICE_VERSION", version)),
      mysql_(environment.Text("DB_TYPE", "mongo") == "mysql"),
      started_(world_.now()) {}

outrigger::Routes Ratings::MakeRoutes() {
  outrigger::Routes routes;
  routes.Add("GET", "/health", [this](const Request&) {
    if (version_ == "v-unhealthy" && IsDown()) {
      return Response::Json(500, R"({"status":"Ratings is not healthy"})");
    }
    return Response::Json(200, R"({"status":"Ratings is healthy"})");
  });
  routes.Add("GET", "/ratings/*", [this](const Request& request) { return Read(request); });
  routes.Add("POST", "/ratings/*", [this](const Request& request) { return Write(request); });
  routes.Add("*", "/ratings/*", [](const Request&) {
    Response response{.status = 405};
    response.headers.Set("Allow", "GET, HEAD, POST");
    return response;
  });
  routes.Add("*", "/*", [](const Request&) { return Response{.status = 404}; });
  return routes;
}

Response Ratings::Read(const Request& request) {
  const auto id = ParseLeadingInteger(LastSegment(request.path()));
  if (!id.has_value()) return NeedsNumber();
  if (version_ == "v2") {
    return ErrorReply(mysql_ ? 200 : 500, "could not connect to ratings database");
  }
  if (IsDown()) return ErrorReply(503, "Service unavailable");
  if (version_ == "v-delayed" && world_.coin()) world_.sleep(kDelay);
  return Stored(*id);
}

Response Ratings::Write(const Request& request) {
  const auto id = ParseLeadingInteger(LastSegment(request.path()));
  if (!id.has_value()) return NeedsNumber();
  const auto value = Json::Parse(request.body);
  if (!value.has_value()) return ErrorReply(400, "please provide valid ratings JSON");
  if (version_ == "v2") {
    return ErrorReply(501, "Post not implemented for database backed ratings");
  }
  {
    const std::lock_guard lock(mutex_);
    if (posted_.size() >= kMaxProducts && !posted_.contains(*id)) {
      return ErrorReply(503, "ratings of too many products are kept already");
    }
    posted_[*id] = value->Write();
  }
  return Stored(*id);
}

Response Ratings::Stored(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = posted_.find(id);
  return Response::Json(200, "{\"id\":" + std::to_string(id) + ",\"ratings\":" +
                                 (found == posted_.end() ? kDefaultRatings : found->second) + "}");
}

bool Ratings::IsDown() const {
  if (version_ == "v-down" || version_ == "faulty") return true;
  if (version_ == "v-faulty") return world_.coin();
  if (version_ == "v-unavailable") return InBadTime(std::chrono::seconds(60));
  if (version_ == "v-unhealthy") return InBadTime(std::chrono::minutes(15));
  return false;
}

bool Ratings::InBadTime(std::chrono::seconds period) const {
  return (world_.now() - started_) / period % 2 == 1;
}

}  // namespace bookinfo
