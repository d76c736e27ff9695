#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "injector/selector.h"

// Small words for walking Kubernetes objects as JSON trees. As in the API, null counts as absent.

namespace outrigger::injector {

namespace json = boost::json;

inline boost::json::string_view View(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

/// nullptr when the key is absent, null, or of another type.
const json::object* FindObject(const json::object& parent, std::string_view key);
json::object* FindObject(json::object& parent, std::string_view key);
const json::array* FindArray(const json::object& parent, std::string_view key);
json::array* FindArray(json::object& parent, std::string_view key);

/// The string at `key`; empty when there is none.
std::string_view FindString(const json::object& parent, std::string_view key);

/// True when the key is there and is not null.
bool Has(const json::object& parent, std::string_view key);

/// The object or array at `key`, made when it is absent, null or of another type.
json::object& EnsureObject(json::object& parent, std::string_view key);
json::array& EnsureArray(json::object& parent, std::string_view key);

/// Removes the key and keeps the order of the others (object::erase would not).
void Remove(json::object& parent, std::string_view key);

/// Every string member as a map; other members are left out.
Labels ToLabels(const json::object* object);

/// The element of a list of objects whose `name` is `name`; nullptr when there is none.
const json::object* FindNamed(const json::array& list, std::string_view name);
json::object* FindNamed(json::array& list, std::string_view name);

/// Compact text; the same value always gives the same text.
std::string ToText(const json::value& value);

}  // namespace outrigger::injector
