#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "injector/inject.h"
#include "tests/injector/apply_patch.h"

// What the injector's tests share: pods as YAML, and short ways to look into an injected one.

namespace outrigger::injector {

namespace json = boost::json;

/// One YAML document as a JSON tree; a broken one fails the test.
json::object Yaml(std::string_view text);

/// Names the cases of a table by their field `name`.
inline constexpr auto kRowName = [](const auto& row) { return std::string(row.param.name); };

/// The value at a JSON pointer; null when there is nothing.
json::value At(const json::value& value, std::string_view pointer);

/// Injects into namespace `default`; a refusal fails the test.
json::object MustInject(const json::object& pod, const InjectorOptions& options = {},
                        InjectContext context = {"default", {}, {}});

/// The reason why a pod is refused; empty (and a failed test) when it is not.
std::string Refusal(const json::object& pod, const InjectorOptions& options = {});

/// A container of the pod by name, app or init; fails the test when there is none.
json::object Container(const json::object& pod, std::string_view name);

std::vector<std::string> Names(const json::object& pod, std::string_view list);
std::vector<std::string> Args(const json::object& container);

/// The literal value of a variable; "<absent>" when there is none.
std::string Env(const json::object& container, std::string_view name);
std::vector<std::string> EnvNames(const json::object& container);

std::string Annotation(const json::object& pod, std::string_view name);
std::string Label(const json::object& pod, std::string_view name);

/// A pod with one app container `app` and the annotations given as YAML ("a: b", one per line).
json::object PodWith(std::string_view annotations_yaml);

}  // namespace outrigger::injector
