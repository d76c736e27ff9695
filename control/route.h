#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "control/registry.h"
#include "control/virtual_service.h"

namespace outrigger::istio {
class Destination;
}

namespace outrigger::control {

/// For whom routes are made: all that a rule may depend on before there is a request. Everything is
/// borrowed for the call.
struct RouteScope {
  std::string_view gateway = kMesh;  ///< or `namespace/name` of the Gateway
  std::string_view client_ns;        ///< of the workload that runs the proxy
  const Labels* client_labels = nullptr;
  std::uint32_t port = 0;           ///< `match.port`: of the Service, of the Gateway's server
  std::uint32_t listener_port = 0;  ///< the one the request really came to
  const Registry* registry = nullptr;
  std::string_view cluster_domain;
};

/// The HTTP rules of a VirtualService as routes of the data plane, in order; one per match. Rules
/// and matches meant for others (gateways, sourceLabels, sourceNamespace, port) are left out, and
/// so is everything behind the first rule that matches all requests. Empty: no rule is for this
/// scope.
std::vector<v1::Route> BuildRoutes(const VirtualService& service, const RouteScope& scope);

/// Everything to one cluster, with the mesh's default retries.
v1::Route DefaultRoute(std::string cluster);

/// No condition at all beside a path of prefix `/` or regex `.*`. At gateways these sink below the
/// routes of other VirtualServices.
bool IsCatchAll(const v1::Route& route);

/// The cluster a destination means. A port that is not given is the Service's only one, else the
/// one the request came to. Names something even when no such host, port or subset exists.
std::string DestinationCluster(const istio::Destination& destination, const VirtualService& service,
                               const RouteScope& scope);

}  // namespace outrigger::control
