#pragma once

#include "control/report.h"

namespace outrigger::control {

/// What Istio's validating webhook checks before an object is accepted: rules marked ERR and WARN
/// in the traffic API contract. An error refuses the object; all problems are reported at once.
/// Only the object itself is looked at; what it refers to is references.h.
void CheckVirtualService(const istio::VirtualService& spec, const ResourceKey& key, Report& report);
void CheckDestinationRule(const istio::DestinationRule& spec, const ResourceKey& key,
                          Report& report);
void CheckGateway(const istio::Gateway& spec, const ResourceKey& key, Report& report);

/// The parts of a Kubernetes Service that we read; what has no effect yet is reported by name.
void CheckService(const config::Document& document, Report& report);

}  // namespace outrigger::control
