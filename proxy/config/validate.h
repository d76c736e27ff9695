#pragma once

#include <string_view>

#include "proxy/config/document.h"
#include "proxy/config/problem.h"

namespace outrigger::v1 {
class ProxyConfig;
}

namespace outrigger::config {

/// Checks what a configuration means: everything that the comments of config.proto require. All
/// problems are reported, each with its path: `clusters[2].endpoints[0].port: 70000 is not a port`.
///
/// A configuration that passes can be built into a Snapshot: addresses parse, regular expressions
/// compile, names are unique, route tables and TCP clusters that are named exist. Only weighted
/// clusters of a route may be missing (503 with flag NC at request time).
///
/// @param source  the tree it was read from (ReadYaml), for line numbers; may be null.
void Validate(const v1::ProxyConfig& config, std::string_view file, Problems* problems,
              const Document* source = nullptr);

/// ReadYaml() and Validate() in one step; `out` is cleared when either found an error.
bool ReadProxyConfig(std::string_view text, std::string_view file, v1::ProxyConfig* out,
                     Problems* problems);

}  // namespace outrigger::config
