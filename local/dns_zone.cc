#include "local/dns_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace outrigger::local {

void DnsZone::Add(std::string_view service, std::string_view service_namespace,
                  std::vector<Ipv4> addresses) {
  services_[fmt::format("{}.{}", service, service_namespace)] = std::move(addresses);
}

std::optional<std::span<const Ipv4>> DnsZone::Find(std::string_view name,
                                                   std::string_view client_namespace) const {
  std::string key(name);
  for (const std::string_view suffix : {".svc.cluster.local", ".svc"}) {
    if (!name.ends_with(suffix)) continue;
    key.resize(name.size() - suffix.size());
    break;
  }
  const bool bare = key.size() == name.size() && name.find('.') == std::string_view::npos;
  if (bare) key += fmt::format(".{}", client_namespace);
  const auto it = services_.find(key);
  if (it == services_.end()) return std::nullopt;
  return std::span<const Ipv4>(it->second);
}

}  // namespace outrigger::local
