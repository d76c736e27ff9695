#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "control/resource.h"

namespace outrigger::v1 {
class Node;
class Workload;
}  // namespace outrigger::v1

namespace outrigger::control {

struct MeshOptions;

enum class ProxyRole : std::uint8_t { kNone, kSidecar, kGateway };
std::string_view ToString(ProxyRole role);
std::ostream& operator<<(std::ostream& out, ProxyRole role);

struct ContainerPort {
  std::string name;  ///< may be empty
  std::uint16_t port = 0;
};

/// A running pod, as the source that runs pods reports it (the Kubernetes API or the local mesh).
struct Pod {
  std::string ns;
  std::string name;
  std::vector<std::string> addresses;  ///< primary first; empty: not yet assigned
  Labels labels;
  Labels annotations;
  std::string service_account = "default";
  std::string workload;              ///< its Deployment's name; empty: a bare pod
  std::vector<ContainerPort> ports;  ///< of all containers
  bool ready = true;                 ///< only ready pods are endpoints
  ProxyRole role = ProxyRole::kNone;
};

/// Names as metrics and graphs show them (metrics section 2.1).
std::string WorkloadName(const Pod& pod);
std::string CanonicalName(const Pod& pod);
std::string CanonicalRevision(const Pod& pod);

/// The pod as its own proxy knows itself. `app` and `version` are the plain labels.
void FillNode(const Pod& pod, const MeshOptions& options, v1::Node* node);
/// The pod as others know it: the recommended app.kubernetes.io labels win.
void FillWorkload(const Pod& pod, const MeshOptions& options, v1::Workload* workload);

}  // namespace outrigger::control
