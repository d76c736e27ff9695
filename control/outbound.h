#pragma once

#include <string_view>

#include "api/outrigger/v1/config.pb.h"
#include "control/mesh_view.h"

namespace outrigger::control {

/// For whom an outbound side is made. Workloads that agree in all of this share it.
struct OutboundClient {
  std::string ns;
  Labels labels;  ///< only keys that some sourceLabels asks for count
  bool ipv6 = false;

  friend auto operator<=>(const OutboundClient&, const OutboundClient&) = default;
};

/// Adds a sidecar's client side to `out`: listener `virtualOutbound`, its route tables and
/// clusters (interception sections 7 and 9, traffic-api section 1).
///
///   HTTP port      chain `0.0.0.0_<port>` by port alone, route table `<port>` shared by all
///                  Services that have it; the Host header tells them apart;
///   TCP port       chain `<VIP>_<port>` by address and port, straight to the Service's cluster;
///   neither said   chain by address and port, protocol auto, route table `<host>:<port>`;
///   headless       as TCP and auto, with the pods' addresses in place of a VIP.
///
/// Address and port win over port alone in the data plane, so TCP and HTTP Services can share a
/// port number. What no chain takes goes to PassthroughCluster, or nowhere (OutboundPolicy).
void AddOutbound(const MeshView& mesh, const OutboundClient& client, v1::ProxyConfig* out);

}  // namespace outrigger::control
