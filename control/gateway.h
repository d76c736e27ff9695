#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "control/mesh_view.h"

namespace outrigger::istio {
class Server;
}

namespace outrigger::control {

/// `[namespace/]name` of a Gateway server.
struct ServerHost {
  std::string ns;    ///< of VirtualServices that may use it; `*`: any
  std::string host;  ///< lower case; may be `*` or a pattern
};
/// @param gateway_ns  what `.` stands for.
ServerHost ParseServerHost(std::string_view text, std::string_view gateway_ns);

/// Gateways that select the pod, oldest first.
std::vector<const Resource*> GatewaysOf(const MeshView& mesh, const Pod& pod);

/// Adds what a gateway pod serves to `out` (traffic-api section 5): one listener
/// `0.0.0.0_<port>` with route table `http.<port>` for each port of its plaintext HTTP servers. The
/// port is the target port behind the gateway's own Service; the server's number when no Service
/// maps it. Servers on the same port are merged. Clusters are those its routes name.
void AddGateway(const MeshView& mesh, const Pod& pod, v1::ProxyConfig* out);

}  // namespace outrigger::control
