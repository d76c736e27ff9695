#include "injector/merge.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "injector/json.h"

namespace outrigger::injector {
namespace {

struct ListKey {
  std::string_view list, key;
};
constexpr std::array<ListKey, 9> kListKeys = {{{"containers", "name"},
                                               {"initContainers", "name"},
                                               {"ephemeralContainers", "name"},
                                               {"volumes", "name"},
                                               {"env", "name"},
                                               {"ports", "containerPort"},
                                               {"volumeMounts", "mountPath"},
                                               {"sysctls", "name"},
                                               {"imagePullSecrets", "name"}}};

constexpr std::array<std::string_view, 5> kHandlers = {"exec", "httpGet", "tcpSocket", "grpc",
                                                       "sleep"};
constexpr std::array<std::string_view, 2> kVariable = {"value", "valueFrom"};

/// Keys of which an object at `name` may have one only; empty: no such rule.
std::span<const std::string_view> Exclusive(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kWithHandler = {
      "readinessProbe", "livenessProbe", "startupProbe", "postStart", "preStop"};
  if (std::find(kWithHandler.begin(), kWithHandler.end(), name) != kWithHandler.end()) {
    return kHandlers;
  }
  if (name == "env") return kVariable;
  return {};
}

bool SetsOneOf(const json::object& overlay, std::span<const std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view key) { return Has(overlay, key); });
}

/// Removes what `overlay` makes impossible: other handlers, the other kind of value, the old
/// source.
void MakeRoom(json::object& base, const json::object& overlay, std::string_view name) {
  const std::span<const std::string_view> keys = Exclusive(name);
  if (SetsOneOf(overlay, keys)) {
    for (const std::string_view key : keys) {
      if (!Has(overlay, key)) Remove(base, key);
    }
  }
  if (name == "volumes" && overlay.size() > 1) {  // a volume is its name and one source
    const json::object before = base;
    for (const auto& member : before) {
      const std::string_view key(member.key().data(), member.key().size());
      if (!Has(overlay, key)) Remove(base, key);
    }
  }
}

void MergeAt(json::object& base, const json::object& overlay, std::string_view name);

/// The item of `base` that has the key of `object`; nullptr when there is none.
json::value* FindByKey(json::array& base, const json::object& object, std::string_view key) {
  const json::value* wanted = object.if_contains(View(key));
  if (wanted == nullptr) return nullptr;
  for (json::value& candidate : base) {
    const json::object* other = candidate.if_object();
    const json::value* found = other == nullptr ? nullptr : other->if_contains(View(key));
    if (found != nullptr && *found == *wanted) return &candidate;
  }
  return nullptr;
}

void MergeList(json::array& base, const json::array& overlay, const ListKey& rule) {
  for (const json::value& item : overlay) {
    const json::object* object = item.if_object();
    if (object == nullptr || !object->contains(View(rule.key))) {
      // Nothing to recognise it by but itself.
      if (std::find(base.begin(), base.end(), item) == base.end()) base.push_back(item);
      continue;
    }
    json::value* same = FindByKey(base, *object, rule.key);
    if (same == nullptr) same = &base.emplace_back(json::object());
    MergeAt(same->get_object(), *object, rule.list);
  }
}

void MergeMember(json::object& base, std::string_view key, const json::value& overlay) {
  // What is new is merged into nothing rather than copied: a list that names something twice then
  // gives the same result the first time and later.
  if (const json::object* object = overlay.if_object()) {
    return MergeAt(EnsureObject(base, key), *object, key);
  }
  if (const json::array* list = overlay.if_array()) {
    for (const ListKey& rule : kListKeys) {
      if (rule.list == key) return MergeList(EnsureArray(base, key), *list, rule);
    }
  }
  base[View(key)] = overlay;
}

void MergeAt(json::object& base, const json::object& overlay, std::string_view name) {
  MakeRoom(base, overlay, name);
  for (const auto& member : overlay) {
    if (member.value().is_null()) continue;
    MergeMember(base, std::string_view(member.key().data(), member.key().size()), member.value());
  }
}

}  // namespace

void Merge(json::object& base, const json::object& overlay) { MergeAt(base, overlay, {}); }

}  // namespace outrigger::injector
