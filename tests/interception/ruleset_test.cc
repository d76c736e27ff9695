// The rules as data: each table below is one chain for one set of options, in order.

#include "interception/ruleset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace outrigger::interception {
namespace {

using Lines = std::vector<std::string>;

Lines ChainOf(const Ruleset& ruleset, Family family, std::string_view name) {
  for (const Table& table : ruleset.tables) {
    if (table.family != family) continue;
    for (const Chain& chain : table.chains) {
      if (chain.name != name) continue;
      Lines lines;
      for (const Rule& rule : chain.rules) {
        lines.push_back(rule.match.empty() ? rule.verdict : rule.match + " " + rule.verdict);
      }
      return lines;
    }
  }
  return {"no such chain"};
}

struct Case {
  std::string name;
  std::function<void(Options&)> change;
  std::string chain;
  Lines want;
  Family family = Family::kIpv4;
};

Options Injected() {
  Options options;
  options.inbound_ports.all = true;
  options.inbound_ports_exclude = {15090, 15021, 15020};
  options.outbound_cidrs.all = true;
  options.ipv6 = true;
  return options;
}

Cidr Range(std::string_view text) { return *ParseCidr(text); }

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class BuildRulesetTest : public testing::TestWithParam<Case> {};

TEST_P(BuildRulesetTest, WritesTheChainInOrder) {
  Options options = Injected();
  GetParam().change(options);
  EXPECT_EQ(ChainOf(BuildRuleset(options), GetParam().family, GetParam().chain), GetParam().want);
}

void AsInjected(Options& /*options*/) {}

const Case kCases[] = {
    {"Prerouting", AsInjected, "PREROUTING", {"meta l4proto tcp jump ISTIO_INBOUND"}},
    {"NoInboundPortsNoWayIn", [](Options& o) { o.inbound_ports = {}; }, "PREROUTING", {}},
    {"InterfacesComeFirst",
     [](Options& o) {
       o.exclude_interfaces = {"eth1", "cali+"};
       o.virtual_interfaces = {"vnet0"};
     },
     "PREROUTING",
     {"iifname \"vnet0\" jump ISTIO_REDIRECT", "iifname \"vnet0\" return",
      "iifname \"eth1\" return", "iifname \"cali*\" return",
      "meta l4proto tcp jump ISTIO_INBOUND"}},
    {"VirtualInterfaceByRange",
     [](Options& o) {
       o.virtual_interfaces = {"vnet0"};
       o.outbound_cidrs = {false, {Range("10.0.0.0/8"), Range("fd00::/8")}};
     },
     "PREROUTING",
     {"iifname \"vnet0\" ip daddr 10.0.0.0/8 jump ISTIO_REDIRECT", "iifname \"vnet0\" return",
      "meta l4proto tcp jump ISTIO_INBOUND"}},
    {"Inbound",
     AsInjected,
     "ISTIO_INBOUND",
     {"tcp dport 15008 return", "tcp dport 15090 return", "tcp dport 15021 return",
      "tcp dport 15020 return", "meta l4proto tcp jump ISTIO_IN_REDIRECT"}},
    {"InboundPortListIgnoresExclusions",
     [](Options& o) {
       o.inbound_ports = {false, {80, 9080}};
     },
     "ISTIO_INBOUND",
     {"tcp dport 15008 return", "tcp dport 80 jump ISTIO_IN_REDIRECT",
      "tcp dport 9080 jump ISTIO_IN_REDIRECT"}},
    {"TunnelRuleStaysWithoutCapture",
     [](Options& o) { o = Options{.tunnel_port = 16008}; },
     "ISTIO_INBOUND",
     {"tcp dport 16008 return"}},
    {"Redirect", AsInjected, "ISTIO_REDIRECT", {"meta l4proto tcp counter redirect to :15001"}},
    {"InRedirect",
     [](Options& o) { o.inbound_port = 16006; },
     "ISTIO_IN_REDIRECT",
     {"meta l4proto tcp counter redirect to :16006"}},
    {"OutputEntry",
     [](Options& o) { o.exclude_interfaces = {"eth1"}; },
     "OUTPUT",
     {"oifname \"eth1\" return", "jump ISTIO_OUTPUT"}},
    {"Output",
     AsInjected,
     "ISTIO_OUTPUT",
     {"oifname \"lo\" ip saddr 127.0.0.6 return",
      "oifname \"lo\" ip daddr != 127.0.0.1/32 tcp dport != 15008 meta skuid 1337 jump "
      "ISTIO_IN_REDIRECT",
      "oifname \"lo\" meta skuid != 1337 return", "meta skuid 1337 return",
      "oifname \"lo\" ip daddr != 127.0.0.1/32 tcp dport != 15008 meta skgid 1337 jump "
      "ISTIO_IN_REDIRECT",
      "oifname \"lo\" meta skgid != 1337 return", "meta skgid 1337 return",
      "ip daddr 127.0.0.1/32 return", "jump ISTIO_REDIRECT"}},
    {"OutputIpv6",
     AsInjected,
     "ISTIO_OUTPUT",
     {"oifname \"lo\" ip6 saddr ::6 return",
      "oifname \"lo\" ip6 daddr != ::1/128 tcp dport != 15008 meta skuid 1337 jump "
      "ISTIO_IN_REDIRECT",
      "oifname \"lo\" meta skuid != 1337 return", "meta skuid 1337 return",
      "oifname \"lo\" ip6 daddr != ::1/128 tcp dport != 15008 meta skgid 1337 jump "
      "ISTIO_IN_REDIRECT",
      "oifname \"lo\" meta skgid != 1337 return", "meta skgid 1337 return",
      "ip6 daddr ::1/128 return", "jump ISTIO_REDIRECT"},
     Family::kIpv6},
    {"OutputWithEverything",
     [](Options& o) {
       o.proxy_uids = {1, 2};
       o.proxy_gids = {};
       o.proxy_mark = 7;
       o.outbound_ports_exclude = {25};
       o.outbound_cidrs_exclude = {Range("10.9.0.0/16"), Range("fd09::/16")};
       o.outbound_ports = {3306};
       o.outbound_cidrs = {false, {Range("10.0.0.0/8"), Range("fd00::/8")}};
       o.owner_groups_exclude = {5, 6};
     },
     "ISTIO_OUTPUT",
     {"tcp dport 25 return", "udp dport 25 return", "oifname \"lo\" ip saddr 127.0.0.6 return",
      "oifname \"lo\" ip daddr != 127.0.0.1/32 tcp dport != 15008 meta mark 7 jump "
      "ISTIO_IN_REDIRECT",
      "meta mark 7 return",
      "oifname \"lo\" ip daddr != 127.0.0.1/32 tcp dport != 15008 meta skuid 1 jump "
      "ISTIO_IN_REDIRECT",
      "oifname \"lo\" meta skuid != 1 return", "meta skuid 1 return",
      "oifname \"lo\" ip daddr != 127.0.0.1/32 tcp dport != 15008 meta skuid 2 jump "
      "ISTIO_IN_REDIRECT",
      "oifname \"lo\" meta skuid != 2 return", "meta skuid 2 return", "meta skgid 5 return",
      "meta skgid 6 return", "ip daddr 127.0.0.1/32 return", "ip daddr 10.9.0.0/16 return",
      "tcp dport 3306 jump ISTIO_REDIRECT", "ip daddr 10.0.0.0/8 jump ISTIO_REDIRECT"}},
    {"AskingForLoopbackDropsTheLocalBypass",
     [](Options& o) {
       o.proxy_gids = {};
       o.outbound_cidrs = {false, {Range("127.0.0.0/8")}};
     },
     "ISTIO_OUTPUT",
     {"oifname \"lo\" ip saddr 127.0.0.6 return",
      "oifname \"lo\" ip daddr != 127.0.0.1/32 tcp dport != 15008 meta skuid 1337 jump "
      "ISTIO_IN_REDIRECT",
      "meta skuid 1337 return", "ip daddr 127.0.0.1/32 return",
      "ip daddr 127.0.0.0/8 jump ISTIO_REDIRECT"}},
    {"OwnLoopbackRange",
     [](Options& o) {
       o.proxy_uids = {};
       o.proxy_gids = {};
       o.ipv4_loopback = Range("127.0.0.0/8");
     },
     "ISTIO_OUTPUT",
     {"oifname \"lo\" ip saddr 127.0.0.6 return", "ip daddr 127.0.0.0/8 return",
      "jump ISTIO_REDIRECT"}},
    {"OwnerGroupsIncluded",
     [](Options& o) {
       o.proxy_uids = {};
       o.proxy_gids = {};
       o.owner_groups = {false, {8, 9}};
       o.owner_groups_exclude = {5};  // counts only with "*"
     },
     "ISTIO_OUTPUT",
     {"oifname \"lo\" ip saddr 127.0.0.6 return", "meta skgid != { 8, 9 } return",
      "ip daddr 127.0.0.1/32 return", "jump ISTIO_REDIRECT"}},
    {"RangeOfEverythingNeedsNoMatch",
     [](Options& o) {
       o.proxy_uids = {};
       o.proxy_gids = {};
       o.outbound_cidrs = {false, {Range("0.0.0.0/0")}};
     },
     "ISTIO_OUTPUT",
     {"oifname \"lo\" ip saddr 127.0.0.6 return", "ip daddr 127.0.0.1/32 return",
      "jump ISTIO_REDIRECT"}},
    {"DropInvalid",
     [](Options& o) { o.drop_invalid = true; },
     "ISTIO_DROP",
     {"ct state invalid drop"}},
    {"NothingDroppedUnasked", AsInjected, "ISTIO_DROP", {"no such chain"}},
};

INSTANTIATE_TEST_SUITE_P(, BuildRulesetTest, testing::ValuesIn(kCases),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(RulesetTest, WithoutIpv6ThereIsOneTable) {
  Options options = Injected();
  EXPECT_EQ(BuildRuleset(options).tables.size(), 2u);
  options.ipv6 = false;
  ASSERT_EQ(BuildRuleset(options).tables.size(), 1u);
  EXPECT_EQ(BuildRuleset(options).tables[0].family, Family::kIpv4);
}

TEST(RulesetScriptTest, ReplacesTheTableWithinTheScript) {
  const Ruleset ruleset{
      {{Family::kIpv6,
        {{"ONE", "type nat hook output priority dstnat; policy accept;", {{"", "return", "why"}}},
         {"TWO", "", {{"meta mark 1", "return", "because"}}}}}}};
  EXPECT_EQ(ToScript(ruleset),
            "add table ip6 outrigger\n"
            "delete table ip6 outrigger\n"
            "table ip6 outrigger {\n"
            "  chain ONE {\n"
            "    type nat hook output priority dstnat; policy accept;\n"
            "    return comment \"why\"\n"
            "  }\n"
            "  chain TWO {\n"
            "    meta mark 1 return comment \"because\"\n"
            "  }\n"
            "}\n");
}

}  // namespace
}  // namespace outrigger::interception
