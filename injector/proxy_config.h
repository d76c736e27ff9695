#pragma once

#include <absl/status/statusor.h>

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "injector/options.h"
#include "injector/selector.h"

// Istio's ProxyConfig (mesh `defaultConfig`, annotation `proxy.istio.io/config`) as a JSON tree
// with its field names. The tree is the interface: fields we do not read travel to the proxy in
// PROXY_CONFIG all the same.

namespace outrigger::injector {

/// Lays the YAML of the annotation `proxy.istio.io/config` and the deprecated discoveryAddress
/// annotation over the mesh's defaults; `proxyMetadata` maps merge.
/// @return kInvalidArgument with the bare reason (no annotation name) when `annotation` is not a
/// map or
///         one of the fields we read has the wrong type.
absl::StatusOr<boost::json::object> EffectiveProxyConfig(const InjectorOptions& options,
                                                         std::string_view annotation);

/// The address of the control plane: `istiod[-<revision>].<namespace>.svc:15012`.
std::string DiscoveryAddress(const InjectorOptions& options);

/// Without the fields that have Istio's built-in default: the value of PROXY_CONFIG.
boost::json::object WithoutDefaults(const boost::json::object& proxy_config);

/// The environment every container of ours gets.
Labels ProxyMetadata(const boost::json::object& proxy_config);

}  // namespace outrigger::injector
