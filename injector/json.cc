#include "injector/json.h"

#include <boost/json/serialize.hpp>

namespace outrigger::injector {

const json::object* FindObject(const json::object& parent, std::string_view key) {
  const json::value* value = parent.if_contains(View(key));
  return value == nullptr ? nullptr : value->if_object();
}

json::object* FindObject(json::object& parent, std::string_view key) {
  json::value* value = parent.if_contains(View(key));
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* FindArray(const json::object& parent, std::string_view key) {
  const json::value* value = parent.if_contains(View(key));
  return value == nullptr ? nullptr : value->if_array();
}

json::array* FindArray(json::object& parent, std::string_view key) {
  json::value* value = parent.if_contains(View(key));
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view FindString(const json::object& parent, std::string_view key) {
  const json::value* value = parent.if_contains(View(key));
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : View(*text);
}

bool Has(const json::object& parent, std::string_view key) {
  const json::value* value = parent.if_contains(View(key));
  return value != nullptr && !value->is_null();
}

json::object& EnsureObject(json::object& parent, std::string_view key) {
  json::value& value = parent[View(key)];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

json::array& EnsureArray(json::object& parent, std::string_view key) {
  json::value& value = parent[View(key)];
  if (!value.is_array()) value.emplace_array();
  return value.get_array();
}

void Remove(json::object& parent, std::string_view key) { parent.stable_erase(View(key)); }

Labels ToLabels(const json::object* object) {
  Labels labels;
  if (object == nullptr) return labels;
  for (const auto& member : *object) {
    if (const json::string* text = member.value().if_string()) {
      labels.insert_or_assign(std::string(member.key()), std::string(View(*text)));
    }
  }
  return labels;
}

const json::object* FindNamed(const json::array& list, std::string_view name) {
  for (const json::value& item : list) {
    const json::object* object = item.if_object();
    if (object != nullptr && FindString(*object, "name") == name) return object;
  }
  return nullptr;
}

json::object* FindNamed(json::array& list, std::string_view name) {
  for (json::value& item : list) {
    json::object* object = item.if_object();
    if (object != nullptr && FindString(*object, "name") == name) return object;
  }
  return nullptr;
}

std::string ToText(const json::value& value) { return json::serialize(value); }

}  // namespace outrigger::injector
