#pragma once

#include <string>
#include <utility>
#include <vector>

#include "proxy/http/head.h"

namespace outrigger::v1 {
class HeaderMutation;
}

namespace outrigger::router {

/// Removes, then sets, then adds (VirtualService `headers`, traffic API reference 3.11).
class HeaderMutation {
 public:
  HeaderMutation() = default;
  explicit HeaderMutation(const v1::HeaderMutation& config);

  [[nodiscard]] bool empty() const { return set_.empty() && add_.empty() && remove_.empty(); }
  void Apply(http::HeaderMap& headers) const;

 private:
  using Field = std::pair<std::string, std::string>;
  std::vector<Field> set_;
  std::vector<Field> add_;
  std::vector<std::string> remove_;
};

}  // namespace outrigger::router
