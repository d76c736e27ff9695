#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "outrigger/message.h"
#include "samples/bookinfo/environment.h"
#include "samples/bookinfo/json.h"
#include "samples/bookinfo/request_results.h"

namespace bookinfo {

/// What productpage learned about a product from one service.
struct Fetched {
  int status = 500;  ///< what the service answered; 500 when it did not
  Json body;  ///< status 200: its answer; else {"error": "Sorry, product ... unavailable ..."}
};

/// A service answered 200 with something that is not JSON; productpage has no page for that.
class NotJson : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// productpage's calls to details, reviews and ratings.
///
/// 3 s each; reviews is asked a second time when the first answer is not 200, at once and whatever
/// the reason (part of the tutorials' "bug": reviews may take 10 s). A new connection per call, so
/// that balancing by connection shows per request. `id` is passed on as it came. Only 200 counts as
/// success.
class Catalog {
 public:
  Catalog(const Environment& environment, std::string_view version, Caller call);

  Fetched Details(std::string_view id, const outrigger::Headers& headers);
  Fetched Reviews(std::string_view id, const outrigger::Headers& headers);
  Fetched Ratings(std::string_view id, const outrigger::Headers& headers);

  /// FLOOD_FACTOR extra calls to reviews, some at a time, results ignored; returns when all are
  /// done.
  void FloodReviews(std::string_view id, const outrigger::Headers& headers) const;

  [[nodiscard]] const RequestResults& results() const { return results_; }
  [[nodiscard]] const Upstream& details() const { return details_; }
  [[nodiscard]] const Upstream& reviews() const { return reviews_; }
  [[nodiscard]] const Upstream& ratings() const { return ratings_; }

 private:
  Fetched Fetch(std::string_view app, const Upstream& upstream, std::string_view id,
                const outrigger::Headers& headers, int attempts);

  Caller call_;
  Upstream details_;
  Upstream reviews_;
  Upstream ratings_;
  int flood_factor_;
  RequestResults results_;
};

}  // namespace bookinfo
