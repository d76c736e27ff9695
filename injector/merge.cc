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

void MergeList(json::array& base, const json::array& overlay, const ListKey& rule) {
  for (const json::value& item : overlay) {
    const json::object* object = item.if_object();
    const json::value* key = object ? object->if_contains(View(rule.key)) : nullptr;
    const auto same = std::find_if(base.begin(), base.end(), [&](const json::value& candidate) {
      const json::object* other = candidate.if_object();
      const json::value* other_key = other ? other->if_contains(View(rule.key)) : nullptr;
      return key != nullptr && other_key != nullptr && *other_key == *key;
    });
    if (same == base.end()) {
      base.push_back(item);
    } else {
      MergeAt(same->get_object(), *object, rule.list);
    }
  }
}

void MergeMember(json::object& base, std::string_view key, const json::value& overlay) {
  json::value& target = base[View(key)];
  if (overlay.is_object() && target.is_object()) {
    MergeAt(target.get_object(), overlay.get_object(), key);
    return;
  }
  if (overlay.is_array() && target.is_array()) {
    for (const ListKey& rule : kListKeys) {
      if (rule.list == key) return MergeList(target.get_array(), overlay.get_array(), rule);
    }
  }
  target = overlay;
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
