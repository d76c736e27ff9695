// Admission of Gateway (traffic-api 5).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/istio/gateway.pb.h"
#include "control/admission.h"
#include "control/field_check.h"
#include "control/host.h"
#include "control/server_protocol.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

struct ProtocolRow {
  std::string_view name;
  ServerProtocol protocol;
};

constexpr ProtocolRow kProtocols[] = {
    {"http", ServerProtocol::kHttp}, {"http2", ServerProtocol::kHttp},
    {"grpc", ServerProtocol::kHttp}, {"grpc-web", ServerProtocol::kHttp},
    {"https", ServerProtocol::kTls}, {"tls", ServerProtocol::kTls},
    {"tcp", ServerProtocol::kTcp},   {"mongo", ServerProtocol::kTcp},
    {"redis", ServerProtocol::kTcp}, {"mysql", ServerProtocol::kTcp},
};

// `[namespace/]name`, where name is `*`, `*.x`, a DNS name with a dot, or an address.
void CheckServerHost(std::string_view host, const config::Path& path, Report& report) {
  if (const auto slash = host.find('/'); slash != std::string_view::npos) {
    const std::string_view ns = host.substr(0, slash);
    host.remove_prefix(slash + 1);
    if (ns != "*" && ns != "." && !IsDnsLabel(ns)) {
      report.Error(path, fmt::format("'{}' is not a namespace; write '*', '.' or a name", ns));
    }
  }
  if (host == "*" || IsIpLiteral(host)) return;
  if (host.find('.') == std::string_view::npos) {
    return report.Error(path, fmt::format("'{}': short names are not possible here; write the "
                                          "full host name",
                                          host));
  }
  if (IsPattern(host) && !host.starts_with("*.")) {
    return report.Error(path, fmt::format("'{}': a wildcard stands for whole labels, as in "
                                          "*.example.com",
                                          host));
  }
  CheckHostField(host, path, report);
}

// What the server asks for that we cannot do yet is said once, at its protocol.
void CheckTls(const istio::Server& server, const config::Path& path, Report& report) {
  const ServerProtocol protocol = ParseServerProtocol(server.port().protocol());
  if (protocol == ServerProtocol::kTls && !server.has_tls()) {
    report.Error(path.Key("tls"),
                 fmt::format("is required for protocol {}", server.port().protocol()));
  }
  if (!server.has_tls() || protocol == ServerProtocol::kTls) return;
  istio::ServerTlsSettings rest = server.tls();
  rest.clear_https_redirect();
  if (protocol == ServerProtocol::kTcp) {
    report.Error(path.Key("tls"), "is not possible on a TCP server");
  } else if (rest.ByteSizeLong() > 0) {
    report.Error(path.Key("tls"), "only httpsRedirect is possible on an HTTP server");
  }
}

void CheckProtocol(const istio::Port& port, const config::Path& path, Report& report) {
  const std::string& name = port.protocol();
  switch (ParseServerProtocol(name)) {
    case ServerProtocol::kHttp:
      return;
    case ServerProtocol::kTls:
    case ServerProtocol::kTcp:
      return report.NotYetEffective(path, fmt::format("protocol {}: this server", name));
    case ServerProtocol::kUnknown:
      return report.Error(path, fmt::format("'{}' is not one of HTTP, HTTPS, HTTP2, GRPC, "
                                            "GRPC-WEB, TCP, TLS, MONGO, REDIS, MYSQL",
                                            name));
  }
}

void CheckServer(const istio::Server& server, const config::Path& path, Report& report) {
  const config::Path port = path.Key("port");
  CheckPort(server.port().number(), port.Key("number"), report);
  CheckProtocol(server.port(), port.Key("protocol"), report);
  if (server.port().name().empty()) report.Error(port.Key("name"), "is required");
  const config::Path hosts = path.Key("hosts");
  if (server.hosts().empty()) report.Error(hosts, "is required; '*' takes every host");
  for (int i = 0; i < server.hosts_size(); ++i) {
    CheckServerHost(server.hosts(i), hosts.Index(static_cast<std::size_t>(i)), report);
  }
  CheckTls(server, path, report);
}

}  // namespace

ServerProtocol ParseServerProtocol(std::string_view protocol) {
  const std::string lower = ToLower(protocol);
  const auto row = std::ranges::find(kProtocols, lower, &ProtocolRow::name);
  return row == std::end(kProtocols) ? ServerProtocol::kUnknown : row->protocol;
}

void CheckGateway(const istio::Gateway& spec, const ResourceKey& key, Report& report) {
  const config::Path root;
  if (!IsDnsLabel(key.name)) {
    const config::Path metadata = root.Key("metadata");
    report.Error(metadata.Key("name"), fmt::format("'{}' is not a DNS label", key.name));
  }
  const config::Path path = root.Key("spec");
  const config::Path servers = path.Key("servers");
  if (spec.servers().empty()) report.Error(servers, "at least one is required");
  std::set<std::string> names;
  for (int i = 0; i < spec.servers_size(); ++i) {
    const config::Path here = servers.Index(static_cast<std::size_t>(i));
    CheckServer(spec.servers(i), here, report);
    const std::string& name = spec.servers(i).port().name();
    if (!name.empty() && !names.insert(name).second) {
      const config::Path port = here.Key("port");
      report.Error(port.Key("name"), fmt::format("'{}' is there twice", name));
    }
  }
}

}  // namespace outrigger::control
