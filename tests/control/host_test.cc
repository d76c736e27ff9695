#include "control/host.h"

#include <gtest/gtest.h>

#include "control/protocol.h"
#include "control/visibility.h"

namespace outrigger::control {
namespace {

TEST(ExpandHost, ShortNamesBelongToTheRulesNamespace) {
  const auto expand = [](std::string_view host) { return ExpandHost(host, "ns", "cluster.local"); };
  EXPECT_EQ(expand("reviews"), "reviews.ns.svc.cluster.local");
  EXPECT_EQ(expand("Reviews"), "reviews.ns.svc.cluster.local");
  EXPECT_EQ(expand("reviews.prod"), "reviews.prod");  // any dot: taken as it is
  EXPECT_EQ(expand("a.example.com."), "a.example.com");
  EXPECT_EQ(expand("*"), "*");
  EXPECT_EQ(expand("*.foo.com"), "*.foo.com");
  EXPECT_EQ(expand("10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(expand("fd00::1"), "fd00::1");
}

struct CoverRow {
  std::string_view name;
  std::string_view pattern;
  std::string_view host;
  bool want;
};
void PrintTo(const CoverRow& row, std::ostream* out) { *out << row.name; }

const CoverRow kCovers[] = {
    {"Same", "a.com", "a.com", true},
    {"Other", "a.com", "b.com", false},
    {"Child", "*.foo.com", "a.foo.com", true},
    {"Grandchild", "*.foo.com", "a.b.foo.com", true},
    {"ParentIsNotAChild", "*.foo.com", "foo.com", false},
    {"NothingBeforeTheDot", "*.foo.com", ".foo.com", false},
    {"NarrowerPattern", "*.foo.com", "*.a.foo.com", true},
    {"WiderPattern", "*.a.foo.com", "*.foo.com", false},
    {"Everything", "*", "a.com", true},
    {"EverythingPattern", "*", "*.com", true},
    {"ExactCoversNoPattern", "a.com", "*.com", false},
    {"PartOfALabel", "*-a.foo.com", "b-a.foo.com", true},
};

class CoversTest : public testing::TestWithParam<CoverRow> {};
TEST_P(CoversTest, IsSuffixMatch) {
  EXPECT_EQ(Covers(GetParam().pattern, GetParam().host), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Hosts, CoversTest, testing::ValuesIn(kCovers),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Intersect, GivesTheNarrower) {
  EXPECT_EQ(Intersect("*.foo.com", "a.foo.com"), "a.foo.com");
  EXPECT_EQ(Intersect("a.foo.com", "*"), "a.foo.com");
  EXPECT_EQ(Intersect("*.foo.com", "*.bar.com"), std::nullopt);
}

TEST(MoreSpecific, ExactThenLongerThenAlphabetical) {
  EXPECT_TRUE(MoreSpecific("a.com", "*.longer.example.com"));
  EXPECT_TRUE(MoreSpecific("*.a.com", "*.com"));
  EXPECT_TRUE(MoreSpecific("*.a.com", "*.b.com"));
  EXPECT_FALSE(MoreSpecific("*.a.com", "*.a.com"));
}

struct HostRow {
  std::string_view name;
  std::string_view host;
  std::string_view want;  // empty: good
};
void PrintTo(const HostRow& row, std::ostream* out) { *out << row.name; }

const HostRow kHosts[] = {
    {"ShortName", "reviews", ""},
    {"Wildcard", "*.foo.com", ""},
    {"LoneWildcard", "*", ""},
    {"WildcardInFirstLabel", "*-a.foo.com", ""},
    {"Address", "10.0.0.1", ""},
    {"SniStyle", "outbound_.80_._.foo", ""},
    {"Empty", "", "is empty; write a host name"},
    {"WildcardElsewhere", "a.*.com", "'a.*.com': a wildcard may only stand at the very beginning"},
    {"WildcardAtTheEnd", "foo*", "'foo*': a wildcard may only stand at the very beginning"},
    {"TwoDots", "a..com", "'a..com' is not a DNS name"},
    {"Dash", "-a.com", "'-a.com' is not a DNS name"},
    {"Port", "a.com:80", "'a.com:80' is not a DNS name"},
    {"Blank", "a b", "'a b' is not a DNS name"},
    {"NumericTop", "1.2.3", "'1.2.3': the last label of a DNS name is never a number"},
};

class CheckHostTest : public testing::TestWithParam<HostRow> {};
TEST_P(CheckHostTest, SaysWhy) { EXPECT_EQ(CheckHost(GetParam().host), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Hosts, CheckHostTest, testing::ValuesIn(kHosts),
                         [](const auto& row) { return std::string(row.param.name); });

struct ProtocolRow {
  std::string_view name;
  std::string_view transport;
  std::string_view app_protocol;
  std::string_view port_name;
  unsigned port;
  PortProtocol want;
};
void PrintTo(const ProtocolRow& row, std::ostream* out) { *out << row.name; }

const ProtocolRow kProtocols[] = {
    {"Http", "", "", "http", 80, PortProtocol::kHttp},
    {"HttpWithSuffix", "TCP", "", "http-web", 80, PortProtocol::kHttp},
    {"CaseDoesNotMatter", "", "", "HTTP2-x", 80, PortProtocol::kHttp},
    {"Grpc", "", "", "grpc", 80, PortProtocol::kHttp},
    {"GrpcWebHasADash", "", "", "grpc-web", 80, PortProtocol::kHttp},
    {"HttpsIsBytes", "", "", "https", 443, PortProtocol::kTcp},
    {"Database", "", "", "mysql-main", 9, PortProtocol::kTcp},
    {"WordMustEndAtADash", "", "", "httpfoo", 80, PortProtocol::kAuto},
    {"Unnamed", "", "", "", 80, PortProtocol::kAuto},
    {"ServerFirstPort", "", "", "", 3306, PortProtocol::kTcp},
    {"ServerFirstPortNamedHttp", "", "", "http", 3306, PortProtocol::kHttp},
    {"AppProtocolWins", "", "tcp", "http", 80, PortProtocol::kTcp},
    {"AppProtocolH2c", "", "kubernetes.io/h2c", "tcp", 80, PortProtocol::kHttp},
    {"AppProtocolWss", "", "kubernetes.io/wss", "", 80, PortProtocol::kTcp},
    {"UnknownAppProtocolHidesTheName", "", "example.com/x", "http", 80, PortProtocol::kAuto},
    {"Udp", "UDP", "", "http", 80, PortProtocol::kNone},
    {"UdpByName", "", "", "udp", 80, PortProtocol::kNone},
};

class SelectProtocolTest : public testing::TestWithParam<ProtocolRow> {};
TEST_P(SelectProtocolTest, FollowsTheTable) {
  const ProtocolRow& row = GetParam();
  EXPECT_EQ(SelectProtocol(row.transport, row.app_protocol, row.port_name, row.port), row.want);
}
INSTANTIATE_TEST_SUITE_P(Ports, SelectProtocolTest, testing::ValuesIn(kProtocols),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Visibility, ReachOfANamespace) {
  using Reach = Visibility::Reach;
  using Strings = std::vector<std::string>;
  EXPECT_EQ(Visibility().ReachOf("x"), Reach::kPublic);
  EXPECT_EQ(Visibility(Strings{"*"}, "a").ReachOf("x"), Reach::kPublic);
  EXPECT_EQ(Visibility(Strings{"."}, "a").ReachOf("a"), Reach::kPrivate);
  EXPECT_EQ(Visibility(Strings{"."}, "a").ReachOf("x"), Reach::kHidden);
  EXPECT_EQ(Visibility(Strings{"x"}, "a").ReachOf("x"), Reach::kExplicit);
  EXPECT_EQ(Visibility(Strings{"x"}, "a").ReachOf("a"), Reach::kHidden);
  EXPECT_EQ(Visibility(Strings{"~"}, "a").ReachOf("a"), Reach::kHidden);
  EXPECT_EQ(Visibility(Strings{"a"}, "a"), Visibility(Strings{"."}, "a"));
}

}  // namespace
}  // namespace outrigger::control
