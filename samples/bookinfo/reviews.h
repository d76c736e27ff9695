#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "outrigger/routes.h"
#include "samples/bookinfo/environment.h"

namespace bookinfo {

/// Two reviews of a book; v2 and v3 ask ratings for their stars.
///
///   GET /reviews/<n>   200 and the reviews, even when ratings fails; 404 when <n> is not a number
///   GET /health        200
///
/// | version | ENABLE_RATINGS | STAR_COLOR | waits for ratings |
/// |---------|----------------|------------|-------------------|
/// | v1      | false          | black      | -                 |
/// | v2      | true           | black      | 10 s              |
/// | v3      | true           | red        | 2.5 s             |
///
/// The waiting time follows the colour (10 s for black), and 10 s is more than productpage is
/// willing to wait: the "bug" that the fault-injection tutorial finds.
class Reviews {
 public:
  Reviews(const Environment& environment, std::string_view version, Caller call);
  [[nodiscard]] outrigger::Routes MakeRoutes() const;

 private:
  outrigger::Response ForProduct(const outrigger::Request& request) const;
  [[nodiscard]] std::string RatingMember(const class Json* ratings,
                                         std::string_view reviewer) const;

  Caller call_;
  Upstream ratings_;
  std::string pod_name_;
  std::string cluster_name_;
  bool ratings_enabled_;
  std::string star_color_;
  std::chrono::milliseconds ratings_timeout_;
};

}  // namespace bookinfo
