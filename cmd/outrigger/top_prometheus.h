#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/outrigger/top_address.h"

namespace outrigger::cli {

/// One element of an instant vector.
struct Sample {
  std::map<std::string, std::string, std::less<>> labels;
  double value = 0;

  /// Value of a label, empty when it is absent.
  [[nodiscard]] std::string_view Get(std::string_view label) const;
};

/// Reads the body of /api/v1/query. NaN values (a quantile of nothing) are left out. An error of
/// Prometheus itself comes back with its own words.
absl::StatusOr<std::vector<Sample>> ParseQueryAnswer(std::string_view body);

/// Evaluates `promql` now.
absl::StatusOr<std::vector<Sample>> Query(const HttpAddress& address, std::string_view promql,
                                          std::chrono::milliseconds timeout);

}  // namespace outrigger::cli
