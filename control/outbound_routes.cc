#include "control/outbound_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "control/cluster.h"
#include "control/host.h"

namespace outrigger::control {
namespace {

// A host that no Service has is served on this port only: nothing else says where it listens.
constexpr std::uint32_t kForeignPort = 80;

// An IPv6 address is written in brackets in a Host header.
std::string AddressDomain(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::set<std::uint32_t> HttpPorts(const Service& service) {
  std::set<std::uint32_t> ports;
  for (const ServicePort& port : service.ports) {
    if (port.protocol == PortProtocol::kHttp) ports.insert(port.port);
  }
  return ports;
}

// Adds the domains that no earlier virtual host has; null when none is left.
v1::VirtualHost* AddHost(std::string name, const std::vector<std::string>& domains,
                         std::set<std::string, std::less<>>& taken, v1::RouteTable* table) {
  v1::VirtualHost* host = nullptr;
  for (const std::string& domain : domains) {
    if (!IsRoutable(domain) || !taken.insert(domain).second) continue;
    if (host == nullptr) {
      host = table->add_virtual_hosts();
      host->set_name(std::move(name));
    }
    host->add_domains(domain);
  }
  return host;
}

void SetRoutes(std::vector<v1::Route> routes, v1::VirtualHost* host) {
  for (v1::Route& route : routes) *host->add_routes() = std::move(route);
}

std::string HostName(std::string_view host, std::uint32_t port) {
  return fmt::format("{}:{}", host, port);
}

}  // namespace

std::string OwnTableName(const Service& service, const ServicePort& port) {
  return HostName(service.host, port.port);
}

OutboundRoutes::OutboundRoutes(const MeshView& mesh, const OutboundClient& client)
    : mesh_(mesh),
      client_(client),
      rules_(mesh.virtual_services.For(kMesh, client.ns)),
      owners_(rules_) {}

RouteScope OutboundRoutes::ScopeFor(std::uint32_t port) const {
  return {.gateway = kMesh,
          .client_ns = client_.ns,
          .client_labels = &client_.labels,
          .port = port,
          .listener_port = port,
          .registry = &mesh_.registry,
          .cluster_domain = mesh_.options.cluster_domain};
}

std::vector<v1::Route> OutboundRoutes::RoutesFor(std::string_view host, std::uint32_t port) const {
  const VirtualService* owner = owners_.OwnerOf(host);
  return owner == nullptr ? std::vector<v1::Route>() : BuildRoutes(*owner, ScopeFor(port));
}

// Every way an app may write the Service's name, from the client's namespace.
std::vector<std::string> OutboundRoutes::DomainsOf(const Service& service) const {
  std::vector<std::string> names = {service.host, service.host + ".",
                                    fmt::format("{}.{}.svc", service.name, service.ns),
                                    fmt::format("{}.{}", service.name, service.ns)};
  if (service.ns == client_.ns) names.push_back(service.name);
  std::vector<std::string> domains = names;
  if (service.headless) {  // its pods have names below it
    for (const std::string& name : names) domains.push_back("*." + name);
  }
  for (const std::string& address : service.addresses) domains.push_back(AddressDomain(address));
  return domains;
}

void OutboundRoutes::AddServiceHost(const Service& service, std::uint32_t port, Domains& taken,
                                    v1::RouteTable* table) {
  v1::VirtualHost* host = AddHost(HostName(service.host, port), DomainsOf(service), taken, table);
  if (host == nullptr) return;
  std::vector<v1::Route> routes = RoutesFor(service.host, port);
  if (routes.empty()) {
    routes.push_back(DefaultRoute(OutboundClusterName(port, "", service.host)));
  }
  SetRoutes(std::move(routes), host);
}

void OutboundRoutes::AddForeignHosts(std::uint32_t port, Domains& taken, v1::RouteTable* table) {
  for (const ForeignHost& foreign : foreign_) {
    if (!foreign.ports.contains(port)) continue;
    std::vector<v1::Route> routes = BuildRoutes(*foreign.owner, ScopeFor(port));
    if (routes.empty()) continue;  // as if there were no such rule
    v1::VirtualHost* host = AddHost(HostName(foreign.host, port), {foreign.host}, taken, table);
    if (host != nullptr) SetRoutes(std::move(routes), host);
  }
}

void OutboundRoutes::AddCatchAll(v1::RouteTable* table) const {
  v1::VirtualHost* host = table->add_virtual_hosts();
  host->add_domains("*");
  v1::Route* route = host->add_routes();
  if (mesh_.options.outbound_policy == OutboundPolicy::kAllowAny) {
    host->set_name("allow_any");
    v1::WeightedCluster* cluster = route->add_clusters();
    cluster->set_name(std::string(kPassthroughCluster));
    cluster->set_weight(1);
  } else {
    constexpr std::uint32_t kBadGateway = 502;
    host->set_name("block_all");
    route->mutable_direct_response()->set_status(kBadGateway);
  }
  route->set_name(host->name());
}

std::vector<const Service*> OutboundRoutes::ServicesUnder(
    std::string_view host, const std::vector<const Service*>& visible) const {
  std::vector<const Service*> covered;
  if (IsPattern(host)) {
    std::ranges::copy_if(visible, std::back_inserter(covered),
                         [&](const Service* service) { return Covers(host, service->host); });
  } else if (const Service* service = mesh_.registry.Find(host);
             service != nullptr && service->visibility.VisibleTo(client_.ns)) {
    covered.push_back(service);
  }
  return covered;
}

// A VirtualService that also names Services serves its other hosts on the HTTP ports of those.
void OutboundRoutes::FindForeignHosts(const std::vector<const Service*>& services) {
  std::set<std::string_view> seen;
  for (const VirtualService* rule : rules_) {
    std::set<std::uint32_t> ports;
    std::vector<const std::string*> unknown;
    for (const std::string& host : rule->hosts) {
      const auto covered = ServicesUnder(host, services);
      for (const Service* service : covered) ports.merge(HttpPorts(*service));
      if (covered.empty()) unknown.push_back(&host);
    }
    const bool mixed = unknown.size() < rule->hosts.size();
    if (!mixed) ports = {kForeignPort};
    for (const std::string* host : unknown) {
      if (seen.insert(*host).second) foreign_.push_back({*host, rule, ports});
    }
  }
}

void OutboundRoutes::AddTable(std::uint32_t port, const std::vector<const Service*>& services,
                              v1::ProxyConfig* out) {
  v1::RouteTable* table = out->add_route_tables();
  table->set_name(std::to_string(port));
  Domains taken = {"*"};  // the catch-all's
  for (const Service* service : services) AddServiceHost(*service, port, taken, table);
  AddForeignHosts(port, taken, table);
  AddCatchAll(table);
}

void OutboundRoutes::AddSharedTables(const std::vector<const Service*>& services,
                                     v1::ProxyConfig* out) {
  FindForeignHosts(services);
  std::map<std::uint32_t, std::vector<const Service*>> by_port;
  for (const Service* service : services) {
    for (const std::uint32_t port : HttpPorts(*service)) by_port[port].push_back(service);
  }
  for (const auto& [port, with_port] : by_port) AddTable(port, with_port, out);
}

void OutboundRoutes::AddOwnTable(const Service& service, const ServicePort& port,
                                 v1::ProxyConfig* out) {
  v1::RouteTable* table = out->add_route_tables();
  table->set_name(OwnTableName(service, port));
  Domains taken;
  v1::VirtualHost* host = AddHost(HostName(service.host, port.port), {"*"}, taken, table);
  std::vector<v1::Route> routes = RoutesFor(service.host, port.port);
  if (routes.empty()) {
    routes.push_back(DefaultRoute(OutboundClusterName(port.port, "", service.host)));
  }
  SetRoutes(std::move(routes), host);
}

}  // namespace outrigger::control
