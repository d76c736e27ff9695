#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/mesh_options.h"
#include "control/pod.h"
#include "control/protocol.h"
#include "control/resource.h"
#include "control/visibility.h"

namespace outrigger::control {

struct ServicePort {
  std::string name;
  std::uint16_t port = 0;
  PortProtocol protocol = PortProtocol::kAuto;
  std::string target_name;  ///< port name in the pods; empty: target_port counts
  std::uint16_t target_port = 0;
};

/// A Kubernetes Service as the mesh sees it.
struct Service {
  std::string host;  ///< reviews.default.svc.cluster.local
  std::string ns;
  std::string name;
  std::vector<std::string> addresses;  ///< VIPs; empty for headless ones, or none is known yet
  bool headless = false;
  bool publish_not_ready = false;  ///< pods are endpoints even before they are ready
  Labels selector;                 ///< empty: nothing selects endpoints
  std::vector<ServicePort> ports;
  Visibility visibility;
  const Resource* resource = nullptr;

  [[nodiscard]] const ServicePort* FindPort(std::uint32_t port) const;
};

/// Reads a Service resource. Ports that are not numbers in range are left out; admission reported
/// them.
Service ReadService(const Resource& resource, const MeshOptions& options);

/// The port of `pod` behind a Service port; 0 when the pod has no port of that name.
std::uint16_t TargetPort(const ServicePort& port, const Pod& pod);

}  // namespace outrigger::control
