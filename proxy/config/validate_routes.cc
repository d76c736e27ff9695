#include <absl/strings/ascii.h>

#include <algorithm>
#include <map>
#include <string>

#include "api/outrigger/v1/config.pb.h"
#include "base/address.h"
#include "proxy/config/checker.h"
#include "proxy/config/excerpt.h"
#include "proxy/config/validate_route.h"

namespace outrigger::config {
namespace {

bool IsHostName(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
  });
}

// "10.1.2.3", "::1", "[::1]".
bool IsIpHost(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  return SocketAddress::FromIp(text, 0).has_value();
}

void CheckDomain(const std::string& domain, const Path& path, Checker& checker) {
  if (domain == "*" || IsHostName(domain) || IsIpHost(domain)) return;
  if (domain.starts_with("*.") && IsHostName(std::string_view(domain).substr(2))) return;
  checker.Error(path, Excerpt(domain) + " is not a host name without port, `*.suffix` or `*`");
}

/// Lower-cased domain -> path of the virtual host that has it.
using Domains = std::map<std::string, std::string>;

void CheckVirtualHost(const v1::VirtualHost& host, const Path& path, Domains& taken,
                      Checker& checker) {
  const Path domains = path.Key("domains");
  if (host.domains().empty()) checker.Error(domains, "needs at least one domain");
  for (int i = 0; i < host.domains_size(); ++i) {
    const Path item = domains.Index(static_cast<std::size_t>(i));
    CheckDomain(host.domains(i), item, checker);
    const auto [other, fresh] =
        taken.emplace(absl::AsciiStrToLower(host.domains(i)), path.ToString());
    if (!fresh)
      checker.Error(item, Excerpt(host.domains(i)) + " is a domain of " + other->second + " too");
  }
  const Path routes = path.Key("routes");
  for (int i = 0; i < host.routes_size(); ++i) {
    ValidateRoute(host.routes(i), routes.Index(static_cast<std::size_t>(i)), checker);
  }
}

}  // namespace

void ValidateRouteTables(const v1::ProxyConfig& config, Checker& checker) {
  const Path root;
  const Path tables = root.Key("route_tables");
  std::map<std::string_view, int> names;
  for (int i = 0; i < config.route_tables_size(); ++i) {
    const v1::RouteTable& table = config.route_tables(i);
    const Path path = tables.Index(static_cast<std::size_t>(i));
    if (checker.Required(path.Key("name"), table.name())) {
      const auto [other, fresh] = names.emplace(table.name(), i);
      if (!fresh) {
        checker.Error(path.Key("name"), Excerpt(table.name()) + " is the name of route_tables[" +
                                            std::to_string(other->second) + "] too");
      }
    }
    const Path hosts = path.Key("virtual_hosts");
    Domains domains;
    for (int j = 0; j < table.virtual_hosts_size(); ++j) {
      CheckVirtualHost(table.virtual_hosts(j), hosts.Index(static_cast<std::size_t>(j)), domains,
                       checker);
    }
  }
}

}  // namespace outrigger::config
