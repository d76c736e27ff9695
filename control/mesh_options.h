#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace outrigger::control {

/// What a sidecar does with a destination that no Service has (interception section 7).
enum class OutboundPolicy : std::uint8_t {
  kAllowAny,      ///< pass it on to where it was going
  kRegistryOnly,  ///< 502 for HTTP on a port that Services use, closed otherwise
};

/// Settings of the whole mesh. The defaults are Istio's, because dashboards and users expect them.
struct MeshOptions {
  std::string trust_domain = "cluster.local";
  std::string cluster_domain = "cluster.local";
  std::string root_namespace = "istio-system";
  std::string cluster_id = "Kubernetes";
  OutboundPolicy outbound_policy = OutboundPolicy::kAllowAny;
  /// Addresses of Services whose manifest has no clusterIP, by `namespace/name`: whoever plays
  /// kube-proxy assigns them. Not for headless Services.
  std::map<std::string, std::vector<std::string>> service_addresses;
};

}  // namespace outrigger::control
