#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace bookinfo {

/// productpage's own metrics: how its calls ended. Thread-safe.
class RequestResults {
 public:
  /// One logical call to `app` ended with `response_code` (500: without an answer), its retries
  /// included.
  void Count(std::string_view app, int response_code);

  /// request_result_total and request_result_created in Prometheus' text format.
  [[nodiscard]] std::string Text() const;

 private:
  struct Entry {
    std::uint64_t count = 0;
    double created_seconds = 0;  // Unix time of the first one
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, Entry> entries_;  // guarded by mutex_
};

/// The usual process_* metrics (CPU, memory, descriptors, start time) in Prometheus' text format;
/// what /proc does not tell is left out.
std::string ProcessMetricsText();

}  // namespace bookinfo
