#pragma once

#include <absl/status/status.h>

#include <boost/json/fwd.hpp>

#include "injector/options.h"

// The three texts an Istio-style installation keeps for its injector, as JSON trees: ConfigMap
// `istio` key `mesh`, ConfigMap `istio-sidecar-injector` keys `values` and `config`. Keys that the
// injector does not read are passed over; a key it reads must have its type.

namespace outrigger::injector {

/// Install values: `global`, `sidecarInjectorWebhook`, `revision`, `pilot.cni`, ...
absl::Status ApplyInstallValues(const boost::json::object& values, InjectorOptions& options);

/// MeshConfig: `defaultConfig`, `trustDomain`, `enablePrometheusMerge`, ports.
absl::Status ApplyMeshConfig(const boost::json::object& mesh, InjectorOptions& options);

/// The injector's own configuration: `policy`, selectors, `defaultTemplates`, `aliases`,
/// `injectedAnnotations`. Template texts are passed over: ours are code.
absl::Status ApplyInjectorConfig(const boost::json::object& config, InjectorOptions& options);

}  // namespace outrigger::injector
