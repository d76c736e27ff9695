#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "control/mesh_options.h"
#include "control/pod.h"
#include "control/service.h"
#include "control/store.h"

namespace outrigger::control {

/// A pod that serves a Service port. The port is the pod's.
struct ServiceEndpoint {
  const Pod* pod = nullptr;
  std::uint16_t port = 0;
};

/// The Services of a store joined with the pods that stand behind them. Immutable; refers to the
/// store's resources and to `pods`, which must outlive it.
class Registry {
 public:
  Registry(const Store& store, const std::vector<Pod>& pods, const MeshOptions& options);
  Registry(const Registry&) = delete;  // its maps point into it
  Registry& operator=(const Registry&) = delete;

  /// By host.
  [[nodiscard]] const std::vector<Service>& services() const { return services_; }
  /// By namespace and name.
  [[nodiscard]] const std::vector<const Pod*>& pods() const { return pods_; }

  [[nodiscard]] const Service* Find(std::string_view host) const;
  /// Pods that the selector takes, ready or not.
  [[nodiscard]] const std::vector<const Pod*>& PodsOf(const Service& service) const;
  /// Pods that may be sent to: ready, with an address, with the target port.
  [[nodiscard]] std::vector<ServiceEndpoint> EndpointsOf(const Service& service,
                                                         const ServicePort& port) const;
  /// Services that select the pod, oldest first.
  [[nodiscard]] std::vector<const Service*> ServicesOf(const Pod& pod) const;

 private:
  std::vector<Service> services_;
  std::unordered_map<std::string_view, const Service*> by_host_;
  std::vector<const Pod*> pods_;
  std::vector<std::vector<const Pod*>> selected_;  // parallel to services_
  std::unordered_map<const Pod*, std::vector<const Service*>> services_of_;
};

}  // namespace outrigger::control
