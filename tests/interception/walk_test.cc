// Real connections through real rules: which listener does each kind of traffic reach, and does the
// listener learn where it was going? Follows the walk-through of the interception contract.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "interception/apply.h"
#include "tests/interception/pod.h"

namespace outrigger::interception {
namespace {

constexpr std::uint32_t kProxy = 1337;
constexpr std::uint32_t kApp = 1000;

/// What the injector asks for.
Options Injected() {
  Options options;
  options.inbound_ports.all = true;
  options.inbound_ports_exclude = {15090, 15021, 15020};
  options.outbound_cidrs.all = true;
  options.ipv6 = true;
  return options;
}

Cidr Range(std::string_view text) { return *ParseCidr(text); }

class WalkTest : public testing::TestWithParam<Family> {
 protected:
  void SetUp() override {
    if (const auto why = WhyNoPods(); !why.empty()) GTEST_SKIP() << why;
  }

  const Addresses& at_ = AddressesOf(GetParam());
};

void ExpectArrives(Pod& pod, const Flow& flow, const std::string& listener) {
  SCOPED_TRACE(flow.name);
  const Arrival arrival = pod.Connect(flow);
  EXPECT_EQ(arrival.listener, listener);
  if (listener != "remote") {
    EXPECT_EQ(arrival.original_destination, fmt::format("{}:{}", flow.to, flow.port));
  }
  if (!flow.source.empty()) {
    EXPECT_EQ(arrival.peer, flow.source);
  }
}

TEST_P(WalkTest, InboundGoesThroughTheProxyExceptHealthAndTunnel) {
  InPod([&](Pod& pod) {
    ASSERT_TRUE(Apply(Injected()).ok());
    const auto from = Place::kOutside;
    ExpectArrives(pod, {.name = "client", .to = at_.pod, .port = 9080, .from = from}, "inbound");
    ExpectArrives(pod, {.name = "kubelet", .to = at_.pod, .port = 15021, .from = from}, "health");
    ExpectArrives(pod, {.name = "scrape", .to = at_.pod, .port = 15020, .from = from}, "health");
    ExpectArrives(pod, {.name = "tunnel", .to = at_.pod, .port = 15008, .from = from}, "tunnel");
  });
}

TEST_P(WalkTest, OutboundGoesThroughTheProxyAndTheProxyItselfGoesOut) {
  InPod([&](Pod& pod) {
    ASSERT_TRUE(Apply(Injected()).ok());
    ExpectArrives(pod, {.name = "app", .to = at_.far, .port = 80, .uid = kApp}, "outbound");
    ExpectArrives(pod, {.name = "app as root", .to = at_.outside, .port = 81}, "outbound");
    ExpectArrives(pod, {.name = "proxy by uid", .to = at_.far, .port = 80, .uid = kProxy},
                  "remote");
    ExpectArrives(pod, {.name = "proxy by gid", .to = at_.far, .port = 80, .gid = kProxy},
                  "remote");
  });
}

TEST_P(WalkTest, InsideThePodNothingLoops) {
  InPod([&](Pod& pod) {
    ASSERT_TRUE(Apply(Injected()).ok());
    ExpectArrives(pod,
                  {.name = "proxy to app, from the magic address",
                   .to = at_.pod,
                   .port = 9080,
                   .uid = kProxy,
                   .source = at_.magic},
                  "app");
    ExpectArrives(pod, {.name = "own service", .to = at_.pod, .port = 9080, .uid = kProxy},
                  "inbound");
    ExpectArrives(pod, {.name = "own tunnel", .to = at_.pod, .port = 15008, .uid = kProxy},
                  "tunnel");
    ExpectArrives(pod, {.name = "app to own pod", .to = at_.pod, .port = 9080, .uid = kApp}, "app");
    ExpectArrives(pod, {.name = "localhost", .to = at_.loopback, .port = 9080, .uid = kApp}, "app");
    ExpectArrives(pod,
                  {.name = "proxy to localhost", .to = at_.loopback, .port = 9080, .uid = kProxy},
                  "app");
    ExpectArrives(pod, {.name = "app to 15001", .to = at_.pod, .port = 15001, .uid = kApp},
                  "outbound");
  });
}

TEST_P(WalkTest, NothingIsCapturedUnlessAskedFor) {
  InPod([&](Pod& pod) {
    ASSERT_TRUE(Apply(Options{.ipv6 = true}).ok());
    ExpectArrives(pod, {.name = "in", .to = at_.pod, .port = 9080, .from = Place::kOutside}, "app");
    ExpectArrives(pod, {.name = "out", .to = at_.far, .port = 80, .uid = kApp}, "remote");
  });
}

TEST_P(WalkTest, ListedInboundPortsAloneAreCaptured) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.inbound_ports = {.all = false, .list = {9080}};
    options.inbound_ports_exclude = {9080};  // counts only with "*"
    ASSERT_TRUE(Apply(options).ok());
    const auto from = Place::kOutside;
    ExpectArrives(pod, {.name = "listed", .to = at_.pod, .port = 9080, .from = from}, "inbound");
    ExpectArrives(pod, {.name = "not listed", .to = at_.pod, .port = 9081, .from = from}, "app");
  });
}

TEST_P(WalkTest, RangesAndPortsDecideWhatIsOutbound) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.outbound_cidrs = {.all = false, .list = {Range("10.1.0.0/16"), Range("fd01::/16")}};
    options.outbound_ports = {81};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "in a range", .to = at_.far, .port = 80, .uid = kApp}, "outbound");
    ExpectArrives(pod, {.name = "in no range", .to = at_.outside, .port = 80, .uid = kApp},
                  "remote");
    ExpectArrives(pod, {.name = "port wins", .to = at_.outside, .port = 81, .uid = kApp},
                  "outbound");
  });
}

TEST_P(WalkTest, ExclusionsBeatInclusions) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.outbound_cidrs_exclude = {Range("10.1.2.3/32"), Range("fd01::2:3/128")};
    options.outbound_ports = {80};
    options.outbound_ports_exclude = {81};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "range", .to = at_.far, .port = 80, .uid = kApp}, "remote");
    ExpectArrives(pod, {.name = "port", .to = at_.outside, .port = 81, .uid = kApp}, "remote");
    ExpectArrives(pod, {.name = "neither", .to = at_.outside, .port = 80, .uid = kApp}, "outbound");
  });
}

TEST_P(WalkTest, ExcludedInterfacesAreLeftAlone) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.exclude_interfaces = {"eth+"};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "in", .to = at_.pod, .port = 9080, .from = Place::kOutside}, "app");
    ExpectArrives(pod, {.name = "out", .to = at_.far, .port = 80, .uid = kApp}, "remote");
  });
}

TEST_P(WalkTest, WhatEntersFromAVirtualMachineIsOutbound) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.exclude_interfaces = {"eth0"};  // the virtual machine's rule comes first
    options.virtual_interfaces = {"eth0"};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "vm", .to = at_.pod, .port = 9080, .from = Place::kOutside},
                  "outbound");
  });
}

TEST_P(WalkTest, OwnerGroupsDecideWhoIsCaptured) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.owner_groups = {.all = false, .list = {2000, 2001}};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "member", .to = at_.far, .port = 80, .gid = 2001}, "outbound");
    ExpectArrives(pod, {.name = "other", .to = at_.far, .port = 80, .gid = 2002}, "remote");

    options.owner_groups = {.all = true, .list = {}};
    options.owner_groups_exclude = {2002};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "kept", .to = at_.far, .port = 80, .gid = 2001}, "outbound");
    ExpectArrives(pod, {.name = "excluded", .to = at_.far, .port = 80, .gid = 2002}, "remote");
  });
}

TEST_P(WalkTest, ListingALoopbackRangeCapturesAppToOwnPod) {
  InPod([&](Pod& pod) {
    Options options = Injected();
    options.outbound_cidrs = {.all = false,
                              .list = {Range("127.0.0.0/8"), Range("10.77.0.0/16"), Range("::/0")}};
    ASSERT_TRUE(Apply(options).ok());
    ExpectArrives(pod, {.name = "own pod", .to = at_.pod, .port = 9080, .uid = kApp}, "outbound");
    ExpectArrives(pod, {.name = "localhost", .to = at_.loopback, .port = 9080, .uid = kApp}, "app");
  });
}

TEST_P(WalkTest, ARestartChangesNothingAndCutsNothing) {
  InPod([&](Pod& pod) {
    ASSERT_TRUE(Apply(Injected()).ok());
    const std::string before = pod.ListRules();
    pod.OpenLastingConnection({.name = "app", .to = at_.far, .port = 80, .uid = kApp});
    ASSERT_TRUE(Apply(Injected()).ok());
    EXPECT_EQ(pod.ListRules(), before);
    EXPECT_TRUE(pod.LastingConnectionWorks());
  });
}

TEST_P(WalkTest, RulesOfOthersStayAndRefusedRulesChangeNothing) {
  InPod([&](Pod& pod) {
    pod.Shell("nft add table inet somebody_else");
    ASSERT_TRUE(Apply(Injected()).ok());
    EXPECT_THAT(pod.ListRules(), testing::HasSubstr("table inet somebody_else"));

    Options broken = Injected();
    broken.exclude_interfaces = {"a\"b"};  // no flag lets this through; a library caller could
    EXPECT_FALSE(Apply(broken).ok());
    ExpectArrives(pod, {.name = "app", .to = at_.far, .port = 80, .uid = kApp}, "outbound");
  });
}

TEST_P(WalkTest, RemovingOpensTheWayAndMayBeRepeated) {
  InPod([&](Pod& pod) {
    ASSERT_TRUE(Apply(Injected()).ok());
    EXPECT_TRUE(Remove().ok());
    EXPECT_TRUE(Remove().ok());
    EXPECT_EQ(pod.ListRules(), "");
    ExpectArrives(pod, {.name = "app", .to = at_.far, .port = 80, .uid = kApp}, "remote");
  });
}

INSTANTIATE_TEST_SUITE_P(, WalkTest, testing::Values(Family::kIpv4, Family::kIpv6),
                         [](const auto& param_info) {
                           return param_info.param == Family::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST(WalkWithoutIpv6Test, LeavesIpv6AloneAndTakesOldRulesAway) {
  if (const auto why = WhyNoPods(); !why.empty()) GTEST_SKIP() << why;
  InPod([&](Pod& pod) {
    Options options = Injected();
    ASSERT_TRUE(Apply(options).ok());
    options.ipv6 = false;
    ASSERT_TRUE(Apply(options).ok());
    const auto& v4 = AddressesOf(Family::kIpv4);
    const auto& v6 = AddressesOf(Family::kIpv6);
    ExpectArrives(pod, {.name = "v4", .to = v4.far, .port = 80, .uid = kApp}, "outbound");
    ExpectArrives(pod, {.name = "v6", .to = v6.far, .port = 80, .uid = kApp}, "remote");
  });
}

}  // namespace
}  // namespace outrigger::interception
