#include "control/gateway_hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/host.h"

namespace outrigger::control {
namespace {

v1::Route HttpsRedirect() {
  constexpr std::uint32_t kMovedPermanently = 301;
  v1::Route route;
  route.set_name("https-redirect");
  route.mutable_redirect()->set_scheme("https");
  route.mutable_redirect()->set_status(kMovedPermanently);
  return route;
}

}  // namespace

GatewayHosts::Host& GatewayHosts::HostFor(std::string_view domain) {
  const auto [host, is_new] = hosts_.try_emplace(std::string(domain));
  if (is_new) order_.emplace_back(domain);
  return host->second;
}

// A server with a tls block that repeats a host of an earlier one is left out as a whole.
bool GatewayHosts::ClaimTlsHosts(const std::vector<ServerHost>& hosts) {
  const auto taken = [&](const ServerHost& host) { return tls_hosts_.contains(host.host); };
  if (std::ranges::any_of(hosts, taken)) return false;
  for (const ServerHost& host : hosts) tls_hosts_.insert(host.host);
  return true;
}

void GatewayHosts::AddServer(const Resource& gateway, const istio::Server& server) {
  std::vector<ServerHost> hosts;
  for (const std::string& host : server.hosts()) {
    hosts.push_back(ParseServerHost(host, gateway.key.ns));
  }
  if (server.has_tls() && !ClaimTlsHosts(hosts)) return;
  const std::string name = gateway.key.ns + "/" + gateway.key.name;
  for (const VirtualService* rule : mesh_.virtual_services.For(name, pod_.ns)) {
    AddRule(*rule, name, server, hosts);
  }
  if (!server.tls().https_redirect()) return;
  // Also for hosts that no VirtualService routes.
  for (const ServerHost& host : hosts) HostFor(host.host).https_redirect = true;
}

void GatewayHosts::AddRule(const VirtualService& rule, const std::string& gateway,
                           const istio::Server& server, const std::vector<ServerHost>& hosts) {
  const RouteScope scope = {.gateway = gateway,
                            .client_ns = pod_.ns,
                            .client_labels = &pod_.labels,
                            .port = server.port().number(),
                            .listener_port = listener_port_,
                            .registry = &mesh_.registry,
                            .cluster_domain = mesh_.options.cluster_domain};
  const std::vector<v1::Route> routes = BuildRoutes(rule, scope);
  if (routes.empty()) return;
  for (const ServerHost& allowed : hosts) {
    if (allowed.ns != "*" && allowed.ns != rule.ns) continue;
    for (const std::string& wanted : rule.hosts) {
      const auto domain = Intersect(allowed.host, wanted);
      if (!domain || !IsRoutable(*domain) || !added_.emplace(*domain, &rule, gateway).second)
        continue;
      Host& host = HostFor(*domain);
      host.https_redirect = host.https_redirect || server.tls().https_redirect();
      host.routes.insert(host.routes.end(), routes.begin(), routes.end());
    }
  }
}

void GatewayHosts::FillTable(v1::RouteTable* table) const {
  for (const std::string& domain : order_) {
    const Host& host = hosts_.find(domain)->second;
    v1::VirtualHost* out = table->add_virtual_hosts();
    out->set_name(fmt::format("{}:{}", domain, listener_port_));
    out->add_domains(domain);
    if (host.https_redirect) {
      *out->add_routes() = HttpsRedirect();
      continue;
    }
    for (const bool catch_all : {false, true}) {
      for (const v1::Route& route : host.routes) {
        if (IsCatchAll(route) == catch_all) *out->add_routes() = route;
      }
    }
  }
}

}  // namespace outrigger::control
