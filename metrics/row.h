#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "metrics/catalog.h"
#include "metrics/histogram.h"

namespace outrigger::metrics {

/// Label values in the order of Family::labels; no allocation for any family in the catalog.
using LabelValues = absl::InlinedVector<std::string_view, 25>;

/// One series with its numbers, summed over all shards. Texts point into the registry or into the
/// row itself, so a row is not copied, and the next one overwrites it.
struct Row {
  Row() = default;
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  const Family* family = nullptr;
  LabelValues values;
  std::uint64_t number = 0;     ///< of a counter; of a gauge: the bits of an int64_t
  HistogramSnapshot histogram;  ///< of a histogram

  std::string code_text, flags_text;  ///< what `values` may point to
};

}  // namespace outrigger::metrics
