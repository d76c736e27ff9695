#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "metrics/shard.h"

namespace outrigger::metrics {

/// All shards of one process, and what a scrape says about the process itself. Made by the main
/// thread before the workers start; outlives them.
class Registry {
 public:
  struct Options {
    std::size_t workers = 1;
    /// (edge, code, flags) keys of the whole process, divided evenly among the workers
    /// (Limits.max_metric_keys).
    std::size_t max_keys = 1000;
    std::string build_component = "proxy";  ///< istio_build{component}
    std::string build_tag = "unknown";      ///< istio_build{tag}, our version
    bool process_metrics = true;            ///< uptime, memory, CPU; off for golden tests
  };

  explicit Registry(Options options);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Of worker `i`; written by that worker's thread only.
  Shard& worker(std::size_t i) { return *shards_[i]; }
  [[nodiscard]] std::size_t worker_count() const { return shards_.size() - 1; }
  /// Written by the main thread only: configuration results and the like. Has no edges of its own.
  Shard& main() { return *shards_.back(); }

  [[nodiscard]] const std::vector<std::unique_ptr<Shard>>& shards() const { return shards_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] std::chrono::steady_clock::time_point start() const { return start_; }

 private:
  const Options options_;
  const std::chrono::steady_clock::time_point start_;
  std::vector<std::unique_ptr<Shard>> shards_;  // workers, then main
};

}  // namespace outrigger::metrics
