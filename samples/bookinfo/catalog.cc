#include "samples/bookinfo/catalog.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace bookinfo {

using outrigger::CallOptions;
using outrigger::CallResult;
using outrigger::Headers;
using outrigger::Request;

namespace {

constexpr int kMaxFloodFactor = 10'000;
constexpr int kFloodThreads = 16;
const CallOptions kOptions{.timeout = std::chrono::seconds(3), .reuse_connection = false};

Request MakeRequest(std::string_view app, std::string_view id, const Headers& headers) {
  return {.target = "/" + std::string(app) + "/" + std::string(id), .headers = headers};
}

Json Sorry(std::string_view app) {
  const std::string text =
      "Sorry, product " + std::string(app) + " are currently unavailable for this book.";
  return *Json::Parse("{\"error\":" + JsonString(text) + "}");
}

}  // namespace

Catalog::Catalog(const Environment& environment, std::string_view version, Caller call)
    : call_(std::move(call)),
      details_(environment.Find("details")),
      reviews_(environment.Find("reviews")),
      ratings_(environment.Find("ratings")),
      flood_factor_(static_cast<int>(environment.Number(
          "FLOOD_FACTOR", version == "v-flooding" ? 100 : 0, 0, kMaxFloodFactor))) {}

Fetched Catalog::Details(std::string_view id, const Headers& headers) {
  return Fetch("details", details_, id, headers, 1);
}

Fetched Catalog::Reviews(std::string_view id, const Headers& headers) {
  return Fetch("reviews", reviews_, id, headers, 2);
}

Fetched Catalog::Ratings(std::string_view id, const Headers& headers) {
  return Fetch("ratings", ratings_, id, headers, 1);
}

Fetched Catalog::Fetch(std::string_view app, const Upstream& upstream, std::string_view id,
                       const Headers& headers, int attempts) {
  int status = 500;
  for (; attempts > 0; --attempts) {
    const CallResult result =
        call_(upstream.host, upstream.port, MakeRequest(app, id, headers), kOptions);
    status = result.ok() ? result.response.status : 500;
    if (status != 200) continue;
    results_.Count(app, status);
    auto body = Json::Parse(result.response.body);
    if (!body.has_value()) throw NotJson(std::string(app) + " answered 200 without JSON");
    return {status, std::move(*body)};
  }
  results_.Count(app, status);
  return {status, Sorry(app)};
}

void Catalog::FloodReviews(std::string_view id, const Headers& headers) const {
  std::atomic<int> left = flood_factor_;
  std::vector<std::jthread> threads;
  for (int i = 0; i < std::min(flood_factor_, kFloodThreads); ++i) {
    threads.emplace_back([&] {
      while (left.fetch_sub(1) > 0) {
        call_(reviews_.host, reviews_.port, MakeRequest("reviews", id, headers), kOptions);
      }
    });
  }
}

}  // namespace bookinfo
