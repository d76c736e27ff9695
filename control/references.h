#pragma once

#include "control/mesh_view.h"
#include "proxy/config/problem.h"

namespace outrigger::control {

/// Warns of what is well-formed but leads nowhere: destinations, subsets, ports and Gateways that
/// do not exist, hosts no server takes, rules that another one hides, Gateways that select nothing,
/// Services without address or selector. Nothing is taken out of force for it; such a route answers
/// 503 with flag NC.
void ReportReferences(const MeshView& mesh, config::Problems* problems);

}  // namespace outrigger::control
