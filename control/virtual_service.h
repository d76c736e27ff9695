#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control/mesh_options.h"
#include "control/store.h"
#include "control/visibility.h"

namespace outrigger::istio {
class HttpMatchRequest;
class VirtualService;
}  // namespace outrigger::istio

namespace outrigger::control {

/// The name under which sidecars are a "gateway" in VirtualServices.
inline constexpr std::string_view kMesh = "mesh";

/// A VirtualService with its names resolved: hosts expanded, gateways as `namespace/name` or
/// `mesh`.
struct VirtualService {
  std::string ns;
  std::vector<std::string> hosts;
  std::set<std::string, std::less<>> gateways;
  Visibility visibility;
  const istio::VirtualService* spec = nullptr;
  const Resource* resource = nullptr;
};

/// `name`, `namespace/name`, `./name` or the old `name.namespace.svc.cluster.local` of a Gateway as
/// `namespace/name`; `mesh` stays. @param ns  namespace of the VirtualService.
std::string ResolveGatewayName(std::string_view reference, std::string_view ns);

/// The VirtualServices of a store. Refers to the store's resources.
class VirtualServices {
 public:
  VirtualServices(const Store& store, const MeshOptions& options);

  /// Those bound to `gateway` and visible to a workload in `client_ns`, in lookup order: private to
  /// that namespace, shown to it by name, public; within each oldest first.
  [[nodiscard]] std::vector<const VirtualService*> For(std::string_view gateway,
                                                       std::string_view client_ns) const;
  /// Oldest first.
  [[nodiscard]] const std::vector<VirtualService>& all() const { return all_; }
  /// Every label key that some match asks of the client (sourceLabels): only these make two
  /// workloads of a namespace differ.
  [[nodiscard]] const std::set<std::string, std::less<>>& source_label_keys() const {
    return source_label_keys_;
  }

 private:
  std::vector<VirtualService> all_;
  std::set<std::string, std::less<>> source_label_keys_;
};

/// Which VirtualService a sidecar uses for a host. There is no merging: the first one in lookup
/// order owns a host, and of several patterns the most specific one counts (traffic-api 3.2).
class HostOwners {
 public:
  explicit HostOwners(const std::vector<const VirtualService*>& in_lookup_order);

  /// Null: nobody routes this host.
  [[nodiscard]] const VirtualService* OwnerOf(std::string_view host) const;

 private:
  std::map<std::string_view, const VirtualService*> exact_;
  std::map<std::string_view, const VirtualService*> patterns_;
};

}  // namespace outrigger::control
