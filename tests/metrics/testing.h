#pragma once

#include <string>

#include "metrics/registry.h"
#include "metrics/scrape.h"

/// What the tests of this room share.
namespace outrigger::metrics::testing {

inline EdgeLabels ReviewsToRatings(Reporter reporter = Reporter::kSource) {
  EdgeLabels edge;
  edge.reporter = reporter;
  edge.source = {"reviews-v2", "bookinfo", "reviews",    "v2",
                 "reviews",    "v2",       "Kubernetes", "unknown"};
  edge.destination = {"ratings-v1", "bookinfo", "ratings",    "v1",
                      "ratings",    "v1",       "Kubernetes", "unknown"};
  edge.service = {"ratings.bookinfo.svc.cluster.local", "ratings", "bookinfo"};
  edge.security = Security::kNone;
  return edge;
}

/// Only what the test itself counted.
inline Registry::Options Quiet(std::size_t workers = 1, std::size_t max_keys = 1000) {
  Registry::Options options;
  options.workers = workers;
  options.max_keys = max_keys;
  options.process_metrics = false;
  return options;
}

/// Sum of the values of all lines that begin with `name` and contain `part`.
inline std::uint64_t SumOf(const std::string& text, const std::string& name,
                           const std::string& part = {}) {
  std::uint64_t sum = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(name + "{") && !line.starts_with(name + " ")) continue;
    if (line.find(part) == std::string::npos) continue;
    sum += std::stoull(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

inline void RecordOk(Edge* edge, int code = 200, ResponseFlags flags = {}) {
  edge->RecordRequest(code, flags, "", std::chrono::milliseconds(3), 400, 700);
}

}  // namespace outrigger::metrics::testing
