#include "control/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/report.h"
#include "control/resource_reader.h"

namespace outrigger::control {

void Store::AddText(std::string_view text, std::string_view file, config::Problems* problems) {
  for (const config::Document& document : config::ReadDocuments(text, file, problems)) {
    Add(document, problems);
  }
}

void Store::Add(const config::Document& document, config::Problems* problems) {
  for (const config::Document& item : config::FlattenList(document)) {
    ReadOutcome outcome = ReadResource(item, default_namespace_, problems);
    if (outcome.resource) Put(std::move(outcome.resource), problems);
  }
}

void Store::Put(ResourcePtr resource, config::Problems* problems) {
  ResourcePtr& slot = resources_[resource->key];
  if (slot) {
    Report report(*resource, problems);
    report.Warning(config::Path(), fmt::format("replaces the one from {}:{}; keep only one of them",
                                               slot->document.file(), slot->document.line()));
  }
  slot = std::move(resource);
}

const Resource* Store::Find(Kind kind, std::string_view ns, std::string_view name) const {
  const auto found =
      resources_.find({.kind = kind, .ns = std::string(ns), .name = std::string(name)});
  return found == resources_.end() ? nullptr : found->second.get();
}

std::vector<const Resource*> Store::All(Kind kind) const {
  std::vector<const Resource*> all;
  for (auto it = resources_.lower_bound({.kind = kind, .ns = {}, .name = {}});
       it != resources_.end() && it->first.kind == kind; ++it) {
    all.push_back(it->second.get());
  }
  std::ranges::sort(all, [](const Resource* a, const Resource* b) { return Older(*a, *b); });
  return all;
}

}  // namespace outrigger::control
