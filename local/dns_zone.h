#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "local/ipv4.h"

namespace outrigger::local {

/// The names of the mesh: `service.namespace.svc.cluster.local` and its addresses. A Service has
/// its VIP, a headless one the addresses of its ready pods (then possibly none).
class DnsZone {
 public:
  void Add(std::string_view service, std::string_view service_namespace,
           std::vector<Ipv4> addresses);

  /// Looks up a name in any form that Kubernetes knows: `service` (from `client_namespace`),
  /// `service.ns`, `service.ns.svc`, and the full name. Lower case, no dot at the end.
  /// @return empty when there is no such name; an empty span when it has no address now.
  [[nodiscard]] std::optional<std::span<const Ipv4>> Find(std::string_view name,
                                                          std::string_view client_namespace) const;

 private:
  std::map<std::string, std::vector<Ipv4>, std::less<>> services_;  // by "service.namespace"
};

}  // namespace outrigger::local
