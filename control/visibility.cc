#include "control/visibility.h"

#include <fmt/format.h>

#include "control/host.h"

namespace outrigger::control {

void Visibility::Add(std::string_view entry) {
  if (entry == "*") return;
  everybody_ = false;
  if (entry == "~") return;  // nobody: an empty list of namespaces
  namespaces_.emplace(entry == "." ? std::string_view(own_) : entry);
}

Visibility::Reach Visibility::ReachOf(std::string_view ns) const {
  if (everybody_) return Reach::kPublic;
  if (!namespaces_.contains(ns)) return Reach::kHidden;
  return ns == own_ ? Reach::kPrivate : Reach::kExplicit;
}

void CheckExportTo(const google::protobuf::RepeatedPtrField<std::string>& entries,
                   std::string_view own, const config::Path& path, Report& report) {
  std::set<std::string> seen;
  for (int i = 0; i < entries.size(); ++i) {
    const std::string& entry = entries.Get(i);
    const config::Path here = path.Index(static_cast<std::size_t>(i));
    if (entry == "*" && entries.size() > 1) {
      report.Error(here, "'*' must be the only entry");
    } else if (entry == "~") {
      report.Error(here, "'~' (nobody) is for ServiceEntry only; remove the object instead");
    } else if (entry != "*" && entry != "." && !IsDnsLabel(entry)) {
      report.Error(here, fmt::format("'{}' is not a namespace; write '*', '.' or a name", entry));
    }
    if (!seen.emplace(entry == "." ? std::string(own) : entry).second) {
      report.Error(here, fmt::format("'{}' is there twice", entry));
    }
  }
}

}  // namespace outrigger::control
