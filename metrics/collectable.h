#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "metrics/registry.h"

namespace outrigger::metrics {

/// Offers a registry to programs that expose their metrics with prometheus-cpp:
///
///     exposer.RegisterCollectable(std::make_shared<metrics::Collectable>(registry));
///
/// Same series as Scrape, held in memory all at once, which is what prometheus-cpp needs and why
/// our own port does not use it. `registry` must outlive this. Collect() may be called from any
/// thread. A target of its own (metrics_prometheus): whoever does not embed us does not link
/// prometheus-cpp.
class Collectable final : public prometheus::Collectable {
 public:
  explicit Collectable(const Registry& registry) : registry_(registry) {}
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Registry& registry_;
};

}  // namespace outrigger::metrics
