#pragma once

#include <map>
#include <string>
#include <vector>

#include "local/dns_zone.h"

namespace outrigger::control {
class Registry;
class Store;
}  // namespace outrigger::control

namespace outrigger::local {

/// What the node does for Services besides the mesh, so that pods without a sidecar find each other
/// as they would in a cluster. All of it follows from the same registry the compiler uses.

/// VIPs for the Services whose manifest asks for none, by `namespace/name`: from 10.96.0.0/16,
/// derived from the name, so that a Service keeps its address from run to run. For
/// control::MeshOptions.
std::map<std::string, std::vector<std::string>> AssignServiceAddresses(const control::Store& store);

/// The VIP table of the node as an nftables script that replaces the previous one in one
/// transaction: what kube-proxy would set. A VIP is translated to a random ready pod; one without
/// pods is refused at once; a pod that reaches itself through a VIP gets the node's address as its
/// peer.
std::string RenderServiceRules(const control::Registry& registry);

/// The names of all Services. Headless ones have the addresses of their usable pods.
DnsZone ServiceZone(const control::Registry& registry);

/// The variables Kubernetes puts into every container for the Services of its namespace
/// (`REVIEWS_SERVICE_HOST`, `REVIEWS_SERVICE_PORT`, `REVIEWS_PORT_9080_TCP_ADDR`, ...).
std::map<std::string, std::string> ServiceVariables(const control::Registry& registry,
                                                    const std::string& ns);

}  // namespace outrigger::local
