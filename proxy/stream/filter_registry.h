#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proxy/stream/filter.h"

namespace outrigger::v1 {
class Route;
}

namespace outrigger::stream {

/// Reads what a filter needs from a route, once, when a snapshot is built. Returns an empty factory
/// when the route does not ask for the filter, so that other routes pay nothing.
using FilterMaker = std::function<FilterFactory(const v1::Route& route)>;

/// The filters this program knows, in chain order. Filled by `filters::RegisterAll` at start.
class FilterRegistry {
 public:
  void Add(std::string name, FilterMaker maker) {
    makers_.push_back({std::move(name), std::move(maker)});
  }

  /// The factories `route` needs, in chain order.
  [[nodiscard]] std::vector<FilterFactory> MakeFor(const v1::Route& route) const {
    std::vector<FilterFactory> factories;
    for (const Entry& entry : makers_) {
      if (FilterFactory factory = entry.maker(route)) factories.push_back(std::move(factory));
    }
    return factories;
  }

 private:
  struct Entry {
    std::string name;
    FilterMaker maker;
  };
  std::vector<Entry> makers_;
};

}  // namespace outrigger::stream
