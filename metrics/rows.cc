#include "metrics/rows.h"

#include <algorithm>
#include <chrono>

namespace outrigger::metrics {
namespace {

std::uint64_t SecondsSince(std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(passed).count());
}

}  // namespace

Rows::Rows(const Registry& registry)
    : registry_(registry),
      process_(registry.options().process_metrics ? ReadProcessUsage() : ProcessUsage()),
      edges_(registry) {}

bool Rows::Next(Row* row) {
  const auto families = catalog::All();
  for (; family_ < families.size(); ++family_, started_ = false) {
    if (!started_) StartFamily(*families[family_]);
    started_ = true;
    row->family = families[family_];
    if (NextInFamily(row)) return true;
  }
  return false;
}

void Rows::StartFamily(const Family& family) {
  switch (family.source) {
    case Source::kGeneric:
      StartGeneric(family);
      break;
    case Source::kProcess:
      process_done_ = false;
      break;
    default:
      edges_.Start(family);
  }
}

bool Rows::NextInFamily(Row* row) {
  switch (row->family->source) {
    case Source::kGeneric:
      return NextGeneric(row);
    case Source::kProcess:
      return NextProcess(*row->family, row);
    default:
      return edges_.Next(row);
  }
}

void Rows::StartGeneric(const Family& family) {
  generic_.clear();
  next_generic_ = 0;
  for (const auto& shard : registry_.shards()) {
    for (const GenericSeries* s = shard->generic(); s != nullptr; s = s->next) {
      if (s->family == &family) generic_.push_back(s);
    }
  }
  std::sort(generic_.begin(), generic_.end(), [](const GenericSeries* a, const GenericSeries* b) {
    return a->label_values < b->label_values;
  });
}

bool Rows::NextGeneric(Row* row) {
  if (next_generic_ == generic_.size()) return false;
  const GenericSeries& first = *generic_[next_generic_];
  row->values.assign(first.label_values.begin(), first.label_values.end());
  row->number = 0;
  while (next_generic_ < generic_.size() &&
         generic_[next_generic_]->label_values == first.label_values) {
    const GenericSeries& series = *generic_[next_generic_++];
    row->number += series.counter.value() + static_cast<std::uint64_t>(series.gauge.value());
  }
  return true;
}

bool Rows::NextProcess(const Family& family, Row* row) {
  if (process_done_) return false;
  process_done_ = true;
  row->values.clear();
  if (&family == &catalog::kMetricsOverflow) {  // ours, so never left out: an alarm needs its zero
    row->number = 0;
    for (const auto& shard : registry_.shards()) row->number += shard->overflowed();
    return true;
  }
  if (!registry_.options().process_metrics) return false;
  if (&family == &catalog::kBuild) {
    row->values = {registry_.options().build_component, registry_.options().build_tag};
    row->number = 1;
  } else if (&family == &catalog::kProcessCpu) {
    row->number = static_cast<std::uint64_t>(process_.cpu.count());
  } else if (&family == &catalog::kProcessMemory) {
    row->number = process_.resident_bytes;
  } else if (&family == &catalog::kProcessFds) {
    row->number = process_.open_fds;
  } else if (&family == &catalog::kEnvoyUptime) {
    row->number = SecondsSince(registry_.start());
  } else if (&family == &catalog::kEnvoyMemoryAllocated) {
    row->number = process_.allocated_bytes;
  } else if (&family == &catalog::kEnvoyMemoryHeap) {
    row->number = process_.heap_bytes;
  } else {
    return false;  // catalog_test finds a process family without a number
  }
  return true;
}

}  // namespace outrigger::metrics
