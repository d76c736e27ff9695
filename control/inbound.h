#pragma once

#include "api/outrigger/v1/config.pb.h"
#include "control/mesh_view.h"

namespace outrigger::control {

/// Adds the server side of a pod's sidecar to `out`: listener `virtualInbound` with one chain
/// `0.0.0.0_<targetPort>` per port that a Service sends to (of several the oldest names the metrics
/// and the protocol), its route tables and clusters `inbound|<targetPort>||`. Ports that no Service
/// declares go to the app through InboundPassthroughCluster.
void AddInbound(const MeshView& mesh, const Pod& pod, v1::ProxyConfig* out);

/// True when one of the pod's addresses is IPv6: its listeners then take both families.
bool HasIpv6(const Pod& pod);

}  // namespace outrigger::control
