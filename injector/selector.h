#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace outrigger::injector {

/// Kubernetes labels or annotations: sorted, keys without duplicates.
using Labels = std::map<std::string, std::string, std::less<>>;

/// One expression of a Kubernetes label selector. As in the API, kNotIn also matches when the key
/// is absent.
struct Requirement {
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist };
  std::string key;
  Operator op = Operator::kIn;
  std::vector<std::string> values;  ///< for kIn and kNotIn

  bool operator==(const Requirement&) const = default;
};

/// All requirements must hold. An empty selector matches everything, as in the API; the injector's
/// policy selectors, where empty means nothing, say so themselves (decide.h).
using Selector = std::vector<Requirement>;

bool Matches(const Requirement& requirement, const Labels& labels);
bool Matches(const Selector& selector, const Labels& labels);

/// The value of `key`, or an empty view when it is absent.
std::string_view Find(const Labels& labels, std::string_view key);

}  // namespace outrigger::injector
