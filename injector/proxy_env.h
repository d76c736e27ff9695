#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "injector/selector.h"

// The environment of the istio-proxy container after its template was merged.

namespace outrigger::injector {

/// Variables that are written after merging. What the user's own istio-proxy says about them counts
/// the first time only; later the value in the pod is ours.
bool IsWrittenAfterMerging(std::string_view name);

/// istio-proxy in containers or initContainers; nullptr when there is none.
boost::json::object* FindProxy(boost::json::object& spec);

/// The literal value of a variable; empty when it is absent or taken from elsewhere.
std::string_view EnvValue(const boost::json::object& container, std::string_view name);

/// Sets a literal value: in place when the variable exists, else last.
void SetEnv(boost::json::object& container, std::string_view name, std::string_view value);

/// Replaces variables by a block of them, sorted by name, that stands after the template's and
/// before those of IsWrittenAfterMerging.
void ReplaceEnvBlock(boost::json::object& container, const Labels& variables);

}  // namespace outrigger::injector
