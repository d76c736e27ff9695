#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

namespace outrigger::injector {

/// Points the HTTP, TCP and gRPC probes and lifecycle handlers of every container but istio-proxy
/// to the agent's port, which repeats them from inside the pod: the kubelet has no certificate, and
/// a TCP probe to a redirected port would always succeed (reference: injection contract, section
/// 4).
///
/// @param spec  The pod's spec, whose istio-proxy receives the originals in ISTIO_KUBE_APP_PROBERS.
///              Without istio-proxy nothing is changed.
/// A probe that already asks the agent's port is left alone, so rewriting again changes nothing.
void RewriteProbes(boost::json::object& spec, std::uint16_t status_port);

}  // namespace outrigger::injector
