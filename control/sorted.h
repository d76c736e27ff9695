#pragma once

#include <google/protobuf/map.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrigger::control {

/// The entries of a protobuf map by key: its own order differs from run to run, and both our
/// messages and the configurations we make must not.
template <class Value>
std::vector<std::pair<std::string_view, const Value*>> Sorted(
    const google::protobuf::Map<std::string, Value>& map) {
  std::vector<std::pair<std::string_view, const Value*>> entries;
  entries.reserve(map.size());
  for (const auto& [key, value] : map) entries.emplace_back(key, &value);
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.first; });
  return entries;
}

}  // namespace outrigger::control
