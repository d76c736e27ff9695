#include "local/service_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "control/registry.h"
#include "control/store.h"
#include "local/ipv4.h"

namespace outrigger::local {
namespace {

constexpr std::uint32_t kRangeSize = 1U << 16U;
constexpr std::uint32_t kFirstGiven =
    256;  // 10.96.0.x stays free for addresses with a meaning, as DNS

/// FNV-1a: stable from run to run and from build to build, which std::hash does not promise.
std::uint32_t Hash(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string_view Transport(const control::ServicePort& port) {
  return port.protocol == control::PortProtocol::kNone ? "udp" : "tcp";
}

/// A VIP of ours; 0.0.0.0 when the Service has none, or one that is not IPv4.
Ipv4 Vip(const control::Service& service) {
  for (const std::string& address : service.addresses) {
    if (const auto parsed = Ipv4::Parse(address)) return *parsed;
  }
  return {};
}

std::string VariableName(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    c = c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

void AppendElement(std::string& list, const std::string& element) {
  if (!list.empty()) list += ", ";
  list += element;
}

/// Accumulates the parts of the script while walking the Services once.
struct Rules {
  std::string chains, targets, refused;
  int next = 0;

  void Add(Ipv4 vip, const control::ServicePort& port,
           const std::vector<control::ServiceEndpoint>& endpoints) {
    const std::string key = fmt::format("{} . {} . {}", vip.ToString(), Transport(port), port.port);
    if (endpoints.empty()) return AppendElement(refused, key);
    std::string targets_of_port;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      AppendElement(
          targets_of_port,
          fmt::format("{} : {} . {}", i, endpoints[i].pod->addresses.front(), endpoints[i].port));
    }
    chains += fmt::format(
        "  chain service{} {{\n    meta l4proto {} dnat ip addr . port to numgen random mod {} map "
        "{{ {} }}\n  }}\n",
        next, Transport(port), endpoints.size(), targets_of_port);
    AppendElement(targets, fmt::format("{} : goto service{}", key, next++));
  }
};

std::string Collection(std::string_view kind, std::string_view type, const std::string& elements) {
  return fmt::format("  {} {{\n    type {}\n{}  }}\n", kind, type,
                     elements.empty() ? "" : fmt::format("    elements = {{ {} }}\n", elements));
}

std::string Chain(std::string_view name, std::string_view hook, std::string_view rule) {
  return fmt::format("  chain {} {{\n    type {}\n    {}\n  }}\n", name, hook, rule);
}

}  // namespace

std::map<std::string, std::vector<std::string>> AssignServiceAddresses(
    const control::Store& store) {
  std::set<Ipv4> taken;
  std::set<std::string>
      waiting;  // sorted: when two names hash alike, their order decides, not the files'
  for (const control::Resource* service : store.All(control::Kind::kService)) {
    const std::string_view asked = service->document.FindString("/spec/clusterIP");
    if (asked.empty()) waiting.insert(service->key.ns + "/" + service->key.name);
    if (const auto address = Ipv4::Parse(asked)) taken.insert(*address);
  }
  std::map<std::string, std::vector<std::string>> out;
  for (const std::string& name : waiting) {
    std::uint32_t offset = Hash(name);
    Ipv4 address;
    do {
      address =
          Ipv4{kServiceNetwork.value + kFirstGiven + offset++ % (kRangeSize - 1 - kFirstGiven)};
    } while (!taken.insert(address).second);
    out[name] = {address.ToString()};
  }
  return out;
}

std::string RenderServiceRules(const control::Registry& registry) {
  Rules rules;
  for (const control::Service& service : registry.services()) {
    const Ipv4 vip = Vip(service);
    if (service.headless || vip.value == 0) continue;
    for (const control::ServicePort& port : service.ports) {
      if (port.port != 0) rules.Add(vip, port, registry.EndpointsOf(service, port));
    }
  }
  std::string hairpins;
  for (const control::Pod* pod : registry.pods()) {
    if (!pod->addresses.empty())
      AppendElement(hairpins, fmt::format("{0} . {0}", pod->addresses.front()));
  }
  constexpr std::string_view kKey = "ip daddr . meta l4proto . th dport";
  // Naming the table before deleting it makes the first time no special case.
  return "table ip outrigger_services\ndelete table ip outrigger_services\ntable ip "
         "outrigger_services {\n" +
         rules.chains +
         Collection("map services", "ipv4_addr . inet_proto . inet_service : verdict",
                    rules.targets) +
         Collection("set refused", "ipv4_addr . inet_proto . inet_service", rules.refused) +
         Collection("set hairpins", "ipv4_addr . ipv4_addr", hairpins) +
         Chain("prerouting", "nat hook prerouting priority dstnat",
               fmt::format("{} vmap @services", kKey)) +
         Chain("output", "nat hook output priority -100", fmt::format("{} vmap @services", kKey)) +
         Chain("postrouting", "nat hook postrouting priority srcnat",
               "ip saddr . ip daddr @hairpins masquerade") +
         Chain("refuse", "filter hook prerouting priority filter",
               fmt::format("{} @refused reject", kKey)) +
         "}\n";
}

DnsZone ServiceZone(const control::Registry& registry) {
  DnsZone zone;
  for (const control::Service& service : registry.services()) {
    std::vector<Ipv4> addresses;
    if (const Ipv4 vip = Vip(service); vip.value != 0) addresses.push_back(vip);
    if (service.headless) {
      for (const control::Pod* pod : registry.PodsOf(service)) {
        if (pod->addresses.empty() || !(pod->ready || service.publish_not_ready)) continue;
        if (const auto address = Ipv4::Parse(pod->addresses.front())) addresses.push_back(*address);
      }
    }
    zone.Add(service.name, service.ns, std::move(addresses));
  }
  return zone;
}

std::map<std::string, std::string> ServiceVariables(const control::Registry& registry,
                                                    const std::string& ns) {
  std::map<std::string, std::string> out;
  for (const control::Service& service : registry.services()) {
    const Ipv4 vip = Vip(service);
    if (service.ns != ns || service.ports.empty() || vip.value == 0) continue;
    const std::string prefix = VariableName(service.name);
    const std::string address = vip.ToString();
    const control::ServicePort& first = service.ports.front();
    out[prefix + "_SERVICE_HOST"] = address;
    out[prefix + "_SERVICE_PORT"] = fmt::format("{}", first.port);
    out[prefix + "_PORT"] = fmt::format("{}://{}:{}", Transport(first), address, first.port);
    for (const control::ServicePort& port : service.ports) {
      if (!port.name.empty())
        out[prefix + "_SERVICE_PORT_" + VariableName(port.name)] = fmt::format("{}", port.port);
      const std::string_view transport = Transport(port);
      const std::string stem =
          fmt::format("{}_PORT_{}_{}", prefix, port.port, transport == "udp" ? "UDP" : "TCP");
      out[stem] = fmt::format("{}://{}:{}", transport, address, port.port);
      out[stem + "_PROTO"] = transport;
      out[stem + "_PORT"] = fmt::format("{}", port.port);
      out[stem + "_ADDR"] = address;
    }
  }
  return out;
}

}  // namespace outrigger::local
