#pragma once

#include <google/protobuf/repeated_field.h>

#include <set>
#include <string>
#include <string_view>

#include "control/report.h"

namespace outrigger::control {

/// Who may see a rule or a Service: `exportTo` (traffic-api section 2). Absent means everybody.
class Visibility {
 public:
  /// How near a rule is to a namespace. VirtualServices are looked up in this order.
  enum class Reach {
    kPrivate,   ///< the rule's own namespace, and only shown there
    kExplicit,  ///< shown to this namespace by name
    kPublic,    ///< shown to everybody
    kHidden,
  };

  Visibility() = default;  ///< everybody
  /// @param entries  `*`, `.`, `~` or namespaces; what CheckExportTo() refuses is not expected.
  /// @param own      namespace of the object.
  template <class Strings>
  Visibility(const Strings& entries, std::string_view own) : own_(own) {
    for (const auto& entry : entries) Add(entry);
  }

  [[nodiscard]] Reach ReachOf(std::string_view ns) const;
  [[nodiscard]] bool VisibleTo(std::string_view ns) const { return ReachOf(ns) != Reach::kHidden; }

  friend bool operator==(const Visibility&, const Visibility&) = default;

 private:
  void Add(std::string_view entry);

  std::string own_;
  bool everybody_ = true;  // until an entry says otherwise
  std::set<std::string, std::less<>> namespaces_;
};

/// Admission rules of `exportTo` for VirtualService and DestinationRule.
void CheckExportTo(const google::protobuf::RepeatedPtrField<std::string>& entries,
                   std::string_view own, const config::Path& path, Report& report);

}  // namespace outrigger::control
