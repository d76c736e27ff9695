#include "injector/json_patch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "injector/json.h"
#include "injector/text.h"
#include "proxy/config/path.h"

namespace outrigger::injector {
namespace {

/// The names of a list's items; empty when any item has none or shares one.
std::optional<std::vector<std::string_view>> UniqueNames(const json::array& list) {
  std::vector<std::string_view> names;
  for (const json::value& item : list) {
    const json::object* object = item.if_object();
    const std::string_view name = object == nullptr ? "" : FindString(*object, "name");
    if (name.empty()) return std::nullopt;
    names.push_back(name);
  }
  const std::set<std::string_view> unique(names.begin(), names.end());
  return unique.size() == names.size() ? std::optional(std::move(names)) : std::nullopt;
}

std::vector<std::string_view> Common(const std::vector<std::string_view>& names,
                                     const std::vector<std::string_view>& others) {
  std::vector<std::string_view> common;
  for (const std::string_view name : names) {
    if (std::find(others.begin(), others.end(), name) != others.end()) common.push_back(name);
  }
  return common;
}

class Differ {
 public:
  void Values(const json::value& from, const json::value& to, const std::string& path) {
    if (from == to) return;
    if (from.is_object() && to.is_object()) {
      Objects(from.get_object(), to.get_object(), path);
    } else if (from.is_array() && to.is_array()) {
      Arrays(from.get_array(), to.get_array(), path);
    } else {
      Add("replace", path, &to);
    }
  }

  json::array Take() { return std::move(operations_); }

 private:
  void Add(std::string_view operation, const std::string& path, const json::value* value) {
    json::object entry = {{"op", View(operation)}, {"path", path}};
    if (value != nullptr) entry["value"] = *value;
    operations_.push_back(std::move(entry));
  }

  void Objects(const json::object& from, const json::object& to, const std::string& path) {
    const auto at = [&](const auto& member) {
      return path + "/" + config::PointerToken(std::string_view(member.key()));
    };
    for (const auto& member : from) {
      if (!to.contains(member.key())) Add("remove", at(member), nullptr);
    }
    for (const auto& member : to) {
      if (const json::value* before = from.if_contains(member.key())) {
        Values(*before, member.value(), at(member));
      } else {
        Add("add", at(member), &member.value());
      }
    }
  }

  void Arrays(const json::array& from, const json::array& to, const std::string& path) {
    const auto from_names = UniqueNames(from);
    const auto to_names = UniqueNames(to);
    if (from_names && to_names &&
        Common(*from_names, *to_names) == Common(*to_names, *from_names)) {
      ByName(from, *from_names, to, *to_names, path);
    } else {
      ByPosition(from, to, path);
    }
  }

  /// Removes from the back, so that earlier positions stay what they were; then walks `to`, where
  /// every position before the current one is already right.
  void ByName(const json::array& from, const std::vector<std::string_view>& from_names,
              const json::array& to, const std::vector<std::string_view>& to_names,
              const std::string& path) {
    std::vector<const json::value*> kept;
    for (std::size_t i = from.size(); i-- > 0;) {
      if (std::find(to_names.begin(), to_names.end(), from_names[i]) == to_names.end()) {
        Add("remove", Cat(path, "/", i), nullptr);
      } else {
        kept.push_back(&from[i]);
      }
    }
    for (std::size_t i = 0; i < to.size(); ++i) {
      const bool existed =
          std::find(from_names.begin(), from_names.end(), to_names[i]) != from_names.end();
      if (existed) {
        Values(*kept.back(), to[i], Cat(path, "/", i));
        kept.pop_back();
      } else {
        Add("add", Cat(path, "/", i), &to[i]);
      }
    }
  }

  void ByPosition(const json::array& from, const json::array& to, const std::string& path) {
    const std::size_t common = std::min(from.size(), to.size());
    for (std::size_t i = from.size(); i-- > common;) Add("remove", Cat(path, "/", i), nullptr);
    for (std::size_t i = 0; i < common; ++i) Values(from[i], to[i], Cat(path, "/", i));
    for (std::size_t i = common; i < to.size(); ++i) Add("add", Cat(path, "/", i), &to[i]);
  }

  json::array operations_;
};

}  // namespace

json::array DiffJson(const json::value& from, const json::value& to) {
  Differ differ;
  differ.Values(from, to, "");
  return differ.Take();
}

}  // namespace outrigger::injector
