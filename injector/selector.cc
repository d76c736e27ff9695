#include "injector/selector.h"

#include <algorithm>

namespace outrigger::injector {

bool Matches(const Requirement& requirement, const Labels& labels) {
  const auto found = labels.find(requirement.key);
  const bool present = found != labels.end();
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), found->second) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case Requirement::Operator::kIn:
      return present && listed();
    case Requirement::Operator::kNotIn:
      return !present || !listed();
    case Requirement::Operator::kExists:
      return present;
    case Requirement::Operator::kDoesNotExist:
      return !present;
  }
  return false;
}

bool Matches(const Selector& selector, const Labels& labels) {
  return std::all_of(selector.begin(), selector.end(),
                     [&](const Requirement& requirement) { return Matches(requirement, labels); });
}

std::string_view Find(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace outrigger::injector
