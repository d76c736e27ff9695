#include "interception/ruleset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace outrigger::interception {
namespace {

constexpr std::string_view kNatPrerouting =
    "type nat hook prerouting priority dstnat; policy accept;";
// nft 1.0.6 has no name for this priority in the output hook.
constexpr std::string_view kNatOutput = "type nat hook output priority -100; policy accept;";
constexpr std::string_view kManglePrerouting =
    "type filter hook prerouting priority mangle; policy accept;";

std::string_view Keyword(Family family) { return family == Family::kIpv4 ? "ip" : "ip6"; }

/// Writes the chains for one address family. Ranges of the other family are passed over.
class TableBuilder {
 public:
  TableBuilder(const Options& options, Family family)
      : options_(options), family_(family), ip_(Keyword(family)) {}

  Table Build() const {
    Table table{family_, {}};
    table.chains.push_back(
        {"ISTIO_REDIRECT", "", {Redirect(options_.outbound_port, "to the outbound listener")}});
    table.chains.push_back(
        {"ISTIO_IN_REDIRECT", "", {Redirect(options_.inbound_port, "to the inbound listener")}});
    table.chains.push_back({"ISTIO_INBOUND", "", Inbound()});
    table.chains.push_back({"ISTIO_OUTPUT", "", Output()});
    table.chains.push_back({"PREROUTING", std::string(kNatPrerouting), Prerouting()});
    table.chains.push_back({"OUTPUT", std::string(kNatOutput), OutputEntry()});
    if (options_.drop_invalid) {
      table.chains.push_back({"ISTIO_DROP",
                              std::string(kManglePrerouting),
                              {{"ct state invalid", "drop", "asked for by drop-invalid"}}});
    }
    return table;
  }

 private:
  using Rules = std::vector<Rule>;

  // The counter is what people look at first: is anything captured at all?
  static Rule Redirect(std::uint16_t port, std::string_view why) {
    return {"meta l4proto tcp counter", fmt::format("redirect to :{}", port), std::string(why)};
  }

  // iptables writes "any suffix" as a trailing +, nftables as a trailing *.
  static std::string Interface(std::string_view direction, std::string_view name) {
    const bool prefix = name.ends_with('+');
    if (prefix) name.remove_suffix(1);
    return fmt::format("{} \"{}{}\"", direction, name, prefix ? "*" : "");
  }

  std::string Destination(const Cidr& cidr, std::string_view op = "") const {
    if (cidr.prefix_length == 0 && op.empty()) return "";  // every address of this family
    return fmt::format("{} daddr {}{}", ip_, op, ToString(cidr));
  }

  std::vector<Cidr> OfThisFamily(const std::vector<Cidr>& all) const {
    std::vector<Cidr> mine;
    std::copy_if(all.begin(), all.end(), std::back_inserter(mine),
                 [this](const Cidr& cidr) { return cidr.family == family_; });
    return mine;
  }

  Cidr Loopback() const {
    return family_ == Family::kIpv4 ? options_.ipv4_loopback
                                    : Cidr{Family::kIpv6, "::1", 128, true};
  }

  std::string_view Magic() const { return family_ == Family::kIpv4 ? kMagicIpv4 : kMagicIpv6; }

  Rules Prerouting() const {
    Rules rules;
    for (const auto& name : options_.virtual_interfaces) {
      const std::string in = Interface("iifname", name);
      if (options_.outbound_cidrs.all)
        rules.push_back({in, "jump ISTIO_REDIRECT", "a VM's traffic is outbound"});
      for (const Cidr& cidr : OfThisFamily(options_.outbound_cidrs.list)) {
        rules.push_back({fmt::format("{} {}", in, Destination(cidr)), "jump ISTIO_REDIRECT",
                         "a VM's traffic is outbound"});
      }
      rules.push_back({in, "return", "the rest of a VM's traffic"});
    }
    for (const auto& name : options_.exclude_interfaces) {
      rules.push_back({Interface("iifname", name), "return", "excluded interface"});
    }
    if (!options_.inbound_ports.empty())
      rules.push_back({"meta l4proto tcp", "jump ISTIO_INBOUND", "inbound"});
    return rules;
  }

  Rules Inbound() const {
    Rules rules;
    rules.push_back(
        {Port(options_.tunnel_port), "return", "the tunnel listener does its own mTLS"});
    if (options_.inbound_ports.all) {
      for (const auto port : options_.inbound_ports_exclude) {
        rules.push_back({Port(port), "return", "health, metrics or excluded port: plain text"});
      }
      rules.push_back({"meta l4proto tcp", "jump ISTIO_IN_REDIRECT", "inbound capture"});
    }
    for (const auto port : options_.inbound_ports.list) {
      rules.push_back({Port(port), "jump ISTIO_IN_REDIRECT", "inbound capture"});
    }
    return rules;
  }

  Rules OutputEntry() const {
    Rules rules;
    for (const auto& name : options_.exclude_interfaces) {
      rules.push_back({Interface("oifname", name), "return", "excluded interface"});
    }
    rules.push_back({"", "jump ISTIO_OUTPUT", "outbound"});
    return rules;
  }

  Rules Output() const {
    Rules rules;
    for (const auto port : options_.outbound_ports_exclude) {
      rules.push_back({Port(port), "return", "excluded port"});
      rules.push_back({fmt::format("udp dport {}", port), "return", "excluded port"});
    }
    rules.push_back({fmt::format("oifname \"lo\" {} saddr {}", ip_, Magic()), "return",
                     "proxy to app: must not loop"});
    AddProxyMark(rules);
    for (const auto uid : options_.proxy_uids) AddProxyOwner("meta skuid", uid, rules);
    for (const auto gid : options_.proxy_gids) AddProxyOwner("meta skgid", gid, rules);
    AddOwnerGroups(rules);
    rules.push_back({Destination(Loopback()), "return", "explicit localhost"});
    for (const Cidr& cidr : OfThisFamily(options_.outbound_cidrs_exclude)) {
      rules.push_back({Destination(cidr), "return", "excluded range"});
    }
    for (const auto port : options_.outbound_ports) {
      rules.push_back({Port(port), "jump ISTIO_REDIRECT", "captured at any address"});
    }
    if (options_.outbound_cidrs.all)
      rules.push_back({"", "jump ISTIO_REDIRECT", "outbound capture"});
    for (const Cidr& cidr : OfThisFamily(options_.outbound_cidrs.list)) {
      rules.push_back({Destination(cidr), "jump ISTIO_REDIRECT", "outbound capture"});
    }
    return rules;
  }

  static std::string Port(std::uint16_t port) { return fmt::format("tcp dport {}", port); }

  /// The proxy picked this very pod for a call to its own service: the call goes through the
  /// inbound side like anybody else's.
  Rule SelfCall(std::string_view owner) const {
    return {fmt::format("oifname \"lo\" {} tcp dport != {} {}", Destination(Loopback(), "!= "),
                        options_.tunnel_port, owner),
            "jump ISTIO_IN_REDIRECT", "call to the own service"};
  }

  // Before the owner rules: the one that lets "not the proxy's uid" pass on lo would take marked
  // traffic for an app's. It serves the mark as well, so the mark needs no such rule of its own.
  void AddProxyMark(Rules& rules) const {
    if (!options_.proxy_mark) return;
    const std::string mark = fmt::format("meta mark {}", *options_.proxy_mark);
    rules.push_back(SelfCall(mark));
    rules.push_back({mark, "return", "the proxy's own traffic"});
  }

  void AddProxyOwner(std::string_view key, std::uint32_t id, Rules& rules) const {
    const auto& included = options_.outbound_cidrs.list;
    const bool loopback_wanted = std::any_of(included.begin(), included.end(),
                                             [](const Cidr& cidr) { return cidr.loopback; });
    const std::string owner = fmt::format("{} {}", key, id);
    rules.push_back(SelfCall(owner));
    if (!loopback_wanted) {
      rules.push_back(
          {fmt::format("oifname \"lo\" {} != {}", key, id), "return", "app to its own pod"});
    }
    rules.push_back({owner, "return", "the proxy's own traffic"});
  }

  void AddOwnerGroups(Rules& rules) const {
    if (!options_.owner_groups.all) {
      if (options_.owner_groups.list.empty()) return;
      rules.push_back(
          {fmt::format("meta skgid != {{ {} }}", fmt::join(options_.owner_groups.list, ", ")),
           "return", "not a captured group"});
      return;
    }
    for (const auto gid : options_.owner_groups_exclude) {
      rules.push_back({fmt::format("meta skgid {}", gid), "return", "excluded group"});
    }
  }

  const Options& options_;
  Family family_;
  std::string_view ip_;
};

void AppendChain(const Chain& chain, std::string& script) {
  script += fmt::format("  chain {} {{\n", chain.name);
  if (!chain.hook.empty()) script += fmt::format("    {}\n", chain.hook);
  for (const Rule& rule : chain.rules) {
    script += fmt::format("    {}{}{} comment \"{}\"\n", rule.match, rule.match.empty() ? "" : " ",
                          rule.verdict, rule.why);
  }
  script += "  }\n";
}

// nftables has no "delete if there": adding an existing table is no error, so add, then delete.
void AppendRemoval(Family family, std::string& script) {
  const std::string table = fmt::format("table {} {}\n", Keyword(family), kTableName);
  script += "add " + table + "delete " + table;
}

}  // namespace

Ruleset BuildRuleset(const Options& options) {
  Ruleset ruleset;
  ruleset.tables.push_back(TableBuilder(options, Family::kIpv4).Build());
  if (options.ipv6) ruleset.tables.push_back(TableBuilder(options, Family::kIpv6).Build());
  return ruleset;
}

std::string ToScript(const Ruleset& ruleset) {
  std::string script;
  for (const Table& table : ruleset.tables) {
    AppendRemoval(table.family, script);
    script += fmt::format("table {} {} {{\n", Keyword(table.family), kTableName);
    for (const Chain& chain : table.chains) AppendChain(chain, script);
    script += "}\n";
  }
  return script;
}

std::string RemovalScript(Family family) {
  std::string script;
  AppendRemoval(family, script);
  return script;
}

}  // namespace outrigger::interception
