#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "control/mesh_view.h"
#include "control/outbound.h"
#include "control/route.h"

namespace outrigger::control {

/// `<host>:<port>`: the route table of a port whose protocol the first bytes decide.
std::string OwnTableName(const Service& service, const ServicePort& port);

/// Route tables of a sidecar's client side (traffic-api sections 1 and 3.2). A Service's requests
/// follow the VirtualService that owns its host, if one has a rule for this client and port, else
/// go to the Service. Borrows its arguments.
class OutboundRoutes {
 public:
  OutboundRoutes(const MeshView& mesh, const OutboundClient& client);

  /// One table per HTTP port of `services`: a virtual host for each Service, then those for hosts
  /// that only VirtualServices know, then `allow_any` (or `block_all`).
  void AddSharedTables(const std::vector<const Service*>& services, v1::ProxyConfig* out);
  /// The table of one port: its address already chose the Service, so any Host is right.
  void AddOwnTable(const Service& service, const ServicePort& port, v1::ProxyConfig* out);

 private:
  using Domains = std::set<std::string, std::less<>>;

  void AddTable(std::uint32_t port, const std::vector<const Service*>& services,
                v1::ProxyConfig* out);
  void AddServiceHost(const Service& service, std::uint32_t port, Domains& taken,
                      v1::RouteTable* table);
  void AddForeignHosts(std::uint32_t port, Domains& taken, v1::RouteTable* table);
  void AddCatchAll(v1::RouteTable* table) const;
  void FindForeignHosts(const std::vector<const Service*>& services);

  [[nodiscard]] std::vector<v1::Route> RoutesFor(std::string_view host, std::uint32_t port) const;
  [[nodiscard]] std::vector<const Service*> ServicesUnder(
      std::string_view host, const std::vector<const Service*>& visible) const;
  [[nodiscard]] RouteScope ScopeFor(std::uint32_t port) const;
  [[nodiscard]] std::vector<std::string> DomainsOf(const Service& service) const;

  /// A host of a VirtualService that no visible Service has.
  struct ForeignHost {
    std::string host;
    const VirtualService* owner = nullptr;
    std::set<std::uint32_t> ports;  ///< tables it appears in
  };

  const MeshView& mesh_;
  const OutboundClient& client_;
  std::vector<const VirtualService*> rules_;  // in lookup order
  HostOwners owners_;
  std::vector<ForeignHost> foreign_;
};

}  // namespace outrigger::control
