#include "metrics/registry.h"

#include <algorithm>
#include <utility>

namespace outrigger::metrics {

Registry::Registry(Options options)
    : options_(std::move(options)), start_(std::chrono::steady_clock::now()) {
  const std::size_t workers = std::max<std::size_t>(options_.workers, 1);
  const std::size_t keys = std::max<std::size_t>(options_.max_keys / workers, 1);
  for (std::size_t i = 0; i < workers; ++i) shards_.push_back(std::make_unique<Shard>(keys));
  shards_.push_back(std::make_unique<Shard>(0));
}

}  // namespace outrigger::metrics
