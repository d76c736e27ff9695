#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/resource.h"
#include "proxy/config/problem.h"

namespace outrigger::control {

/// The objects that are in force: one per kind, namespace and name. Filled by a source, read by the
/// compiler. A plain value; copying it copies pointers. One thread at a time.
class Store {
 public:
  /// @param default_namespace  given to objects that name none, as `kubectl -n` does.
  explicit Store(std::string default_namespace = "default")
      : default_namespace_(std::move(default_namespace)) {}

  /// Reads the objects of a file's text and puts those that are good; resource_reader.h says what
  /// is reported.
  void AddText(std::string_view text, std::string_view file, config::Problems* problems);
  /// One object, or a List of them.
  void Add(const config::Document& document, config::Problems* problems);
  /// An object that is there already is replaced, with a warning when it came from another place
  /// of the same input (as `kubectl apply` would: the later one counts).
  void Put(ResourcePtr resource, config::Problems* problems);
  bool Remove(const ResourceKey& key) { return resources_.erase(key) > 0; }

  [[nodiscard]] const Resource* Find(Kind kind, std::string_view ns, std::string_view name) const;
  /// All of a kind, oldest first (Older()).
  [[nodiscard]] std::vector<const Resource*> All(Kind kind) const;

  [[nodiscard]] const std::map<ResourceKey, ResourcePtr>& resources() const { return resources_; }
  [[nodiscard]] const std::string& default_namespace() const { return default_namespace_; }

 private:
  std::string default_namespace_;
  std::map<ResourceKey, ResourcePtr> resources_;
};

}  // namespace outrigger::control
