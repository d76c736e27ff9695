#pragma once

#include <string>

#include "control/resource.h"
#include "proxy/config/path.h"
#include "proxy/config/problem.h"

namespace outrigger::control {

/// Says what is wrong with one object: every message carries file, line, object and field, e.g.
/// `reviews.yaml:14: VirtualService default/reviews: spec.http[0].route[0].destination.subset:
/// ...`. Both arguments must outlive it.
class Report {
 public:
  Report(const ResourceKey& key, const config::Document& document, config::Problems* problems)
      : key_(key), document_(document), problems_(problems) {}
  Report(const Resource& resource, config::Problems* problems)
      : Report(resource.key, resource.document, problems) {}

  void Error(const config::Path& path, std::string message);
  void Warning(const config::Path& path, std::string message);
  /// The one sentence for what we understand but do not do yet.
  void NotYetEffective(const config::Path& path, std::string_view what);
  /// Takes over what ToMessage() found, naming the object in each.
  void Append(const config::Problems& found);

  [[nodiscard]] bool has_errors() const { return has_errors_; }

 private:
  void Add(config::Severity severity, const config::Path& path, std::string message);

  const ResourceKey& key_;
  const config::Document& document_;
  config::Problems* problems_;
  bool has_errors_ = false;
};

}  // namespace outrigger::control
