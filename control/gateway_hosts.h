#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "api/istio/gateway.pb.h"
#include "api/outrigger/v1/config.pb.h"
#include "control/gateway.h"
#include "control/route.h"

namespace outrigger::control {

/// Collects the virtual hosts of one gateway port from its servers, in order.
///
/// A VirtualService takes part when it names the Gateway, the gateway's namespace may see it, and
/// one of its hosts meets one of the server's; the virtual host is for the narrower of the two.
/// Several VirtualServices for one host are concatenated, then every rule that matches everything
/// sinks to the end, so that it cannot hide the others.
class GatewayHosts {
 public:
  /// @param pod            the gateway.
  /// @param listener_port  the port it listens on.
  GatewayHosts(const MeshView& mesh, const Pod& pod, std::uint32_t listener_port)
      : mesh_(mesh), pod_(pod), listener_port_(listener_port) {}

  /// @param gateway  the resource the server is part of.
  void AddServer(const Resource& gateway, const istio::Server& server);
  void FillTable(v1::RouteTable* table) const;

 private:
  struct Host {
    std::vector<v1::Route> routes;
    bool https_redirect = false;
  };
  using Contribution = std::tuple<std::string, const VirtualService*, std::string>;

  bool ClaimTlsHosts(const std::vector<ServerHost>& hosts);
  void AddRule(const VirtualService& rule, const std::string& gateway, const istio::Server& server,
               const std::vector<ServerHost>& hosts);
  Host& HostFor(std::string_view domain);

  const MeshView& mesh_;
  const Pod& pod_;
  std::uint32_t listener_port_;
  std::vector<std::string> order_;  // domains as they came
  std::map<std::string, Host, std::less<>> hosts_;
  std::set<std::string> tls_hosts_;
  std::set<Contribution> added_;
};

}  // namespace outrigger::control
