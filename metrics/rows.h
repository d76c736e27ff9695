#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "metrics/edge_rows.h"
#include "metrics/process.h"
#include "metrics/registry.h"
#include "metrics/row.h"

namespace outrigger::metrics {

/// Walks over everything in a registry, family by family in catalog order, one series at a time. No
/// two rows have the same labels, and the order is stable. Used from one thread; the workers count
/// on meanwhile.
class Rows {
 public:
  explicit Rows(const Registry& registry);

  /// Fills `row` with the next series; false at the end.
  bool Next(Row* row);

 private:
  void StartFamily(const Family& family);
  bool NextInFamily(Row* row);
  void StartGeneric(const Family& family);
  bool NextGeneric(Row* row);
  bool NextProcess(const Family& family, Row* row);

  const Registry& registry_;
  const ProcessUsage process_;
  EdgeRows edges_;
  std::size_t family_ = 0;
  bool started_ = false;  // of the current family
  bool process_done_ = false;
  std::vector<const GenericSeries*> generic_;  // of the current family, sorted by labels
  std::size_t next_generic_ = 0;
};

}  // namespace outrigger::metrics
