#include "metrics/collectable.h"

#include <charconv>
#include <limits>

#include "metrics/rows.h"

namespace outrigger::metrics {
namespace {

prometheus::MetricType ToForeign(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return prometheus::MetricType::Counter;
    case MetricType::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricType::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

double Scaled(const Family& family, std::uint64_t value) {
  const auto number = static_cast<double>(value);
  return family.unit == Unit::kNanosecondsAsSeconds ? number / 1e9 : number;
}

double ToDouble(std::string_view le) {
  double bound = 0;
  std::from_chars(le.data(), le.data() + le.size(), bound);
  return bound;
}

prometheus::ClientMetric::Histogram ToForeign(const Row& row) {
  prometheus::ClientMetric::Histogram histogram;
  histogram.sample_count = row.histogram.count;
  histogram.sample_sum = Scaled(*row.family, row.histogram.sum);
  std::uint64_t cumulative = 0;
  const auto bounds = row.family->bounds->finite();
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    cumulative += row.histogram.buckets[i];
    histogram.bucket.push_back({cumulative, ToDouble(bounds[i].le)});
  }
  histogram.bucket.push_back({row.histogram.count, std::numeric_limits<double>::infinity()});
  return histogram;
}

prometheus::ClientMetric ToMetric(const Row& row) {
  prometheus::ClientMetric metric;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    metric.label.push_back({std::string(row.family->labels[i]), std::string(row.values[i])});
  }
  switch (row.family->type) {
    case MetricType::kCounter:
      metric.counter.value = Scaled(*row.family, row.number);
      break;
    case MetricType::kGauge:
      metric.gauge.value = static_cast<double>(static_cast<std::int64_t>(row.number));
      break;
    case MetricType::kHistogram:
      metric.histogram = ToForeign(row);
      break;
  }
  return metric;
}

}  // namespace

std::vector<prometheus::MetricFamily> Collectable::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  const Family* family = nullptr;
  Rows rows(registry_);
  Row row;
  while (rows.Next(&row)) {
    if (row.family != family) {
      family = row.family;
      families.push_back(
          {std::string(family->name), std::string(family->help), ToForeign(family->type), {}});
    }
    families.back().metric.push_back(ToMetric(row));
  }
  return families;
}

}  // namespace outrigger::metrics
