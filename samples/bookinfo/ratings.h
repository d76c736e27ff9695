#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "outrigger/routes.h"
#include "samples/bookinfo/environment.h"

namespace bookinfo {

/// What the fault versions of ratings depend on; tests put their own in.
struct RatingsWorld {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<bool()> coin;  ///< true in half of the throws
  static RatingsWorld Real();
};

/// Stars per reviewer of a book, kept in memory.
///
///   GET  /ratings/<n>   200 and the stars
///   POST /ratings/<n>   200; the JSON of the body is from now on what GET answers
///   GET  /health        200, or 500 when v-unhealthy is in its bad time
///
/// | SERVICE_VERSION | GET /ratings/<n>                                                   |
/// |-----------------|--------------------------------------------------------------------|
/// | v1, others      | answers                                                            |
/// | v2              | "could not connect to ratings database": 500, with DB_TYPE=mysql   |
/// |                 | 200; a POST is 501. There is no database client in this program    |
/// | v-faulty        | half of them, at random: 503                                       |
/// | v-delayed       | half of them, at random: after 7 s                                 |
/// | v-unavailable   | 503 in every second minute, starting well                          |
/// | v-unhealthy     | 503 in every second quarter of an hour, and /health 500            |
/// | v-down, faulty  | 503 always: ours, a subset that fails for certain so that a demo   |
/// |                 | can show where                                                     |
class Ratings {
 public:
  Ratings(const Environment& environment, std::string_view version,
          RatingsWorld world = RatingsWorld::Real());
  [[nodiscard]] outrigger::Routes MakeRoutes();

 private:
  outrigger::Response Read(const outrigger::Request& request);
  outrigger::Response Write(const outrigger::Request& request);
  outrigger::Response Stored(std::int64_t id);
  [[nodiscard]] bool IsDown() const;
  /// In every second `period` since the start.
  [[nodiscard]] bool InBadTime(std::chrono::seconds period) const;

  RatingsWorld world_;
  std::string version_;
  bool mysql_;
  std::chrono::steady_clock::time_point started_;

  std::mutex mutex_;
  std::map<std::int64_t, std::string> posted_;  // JSON by product; guarded by mutex_
};

}  // namespace bookinfo
