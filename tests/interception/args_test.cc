#include "interception/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace outrigger::interception {
namespace {

using testing::HasSubstr;

Environment From(std::map<std::string, std::string, std::less<>> variables) {
  return [variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

absl::StatusOr<Command> Parse(const std::vector<std::string>& args,
                              const Environment& env = From({})) {
  return ParseArgs(args, env);
}

TEST(ParseArgsTest, ReadsWhatTheInjectorWrites) {
  const auto command =
      Parse({"-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", "",
             "-b", "*", "-d", "15090,15021,8080,15020", "--log_output_level=default:info"});
  ASSERT_TRUE(command.ok()) << command.status();
  Options want;
  want.inbound_ports.all = true;
  want.inbound_ports_exclude = {15090, 15021, 8080, 15020};
  want.outbound_cidrs.all = true;
  EXPECT_EQ(command->options, want);
  EXPECT_FALSE(command->dry_run);
}

TEST(ParseArgsTest, WithoutArgumentsCapturesNothing) {
  const auto command = Parse({});
  ASSERT_TRUE(command.ok());
  EXPECT_EQ(command->options, Options{});
}

TEST(ParseArgsTest, FlagBeatsEnvironmentBeatsDefault) {
  const auto env = From({{"PROXY_UID", "2000"}, {"INBOUND_CAPTURE_PORT", "16006"}});
  const auto command = Parse({"-u", "3000,3001"}, env);
  ASSERT_TRUE(command.ok());
  EXPECT_THAT(command->options.proxy_uids, testing::ElementsAre(3000, 3001));
  EXPECT_THAT(command->options.proxy_gids, testing::ElementsAre(3000, 3001)) << "follows -u";
  EXPECT_EQ(command->options.inbound_port, 16006);
}

TEST(ParseArgsTest, AFlagHidesABadVariable) {
  EXPECT_TRUE(Parse({"-u", "3000"}, From({{"PROXY_UID", "nobody"}})).ok());
}

TEST(ParseArgsTest, AServiceNamedEnvoyDoesNotSetThePort) {
  // Kubernetes gives every pod a variable ENVOY_PORT when there is such a Service.
  const auto command = Parse({}, From({{"ENVOY_PORT", "tcp://10.0.0.1:80"}}));
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->options.outbound_port, 15001);
}

TEST(ParseArgsTest, ReadsTheSettingsWithOnlyAnEnvironmentForm) {
  const auto command = Parse({}, From({{"ISTIO_OUTBOUND_OWNER_GROUPS", "1000, 1001"},
                                       {"ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE", "root"},
                                       {"ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR", "127.0.0.0/8"},
                                       {"ENVOY_USER", "root"}}));
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->options.owner_groups, (Selection<std::uint32_t>{false, {1000, 1001}}));
  EXPECT_THAT(command->options.owner_groups_exclude, testing::ElementsAre(0));
  EXPECT_EQ(ToString(command->options.ipv4_loopback), "127.0.0.0/8");
  EXPECT_THAT(command->options.proxy_uids, testing::ElementsAre(0));
}

TEST(ParseArgsTest, KnowsEverySpellingOfAFlag) {
  for (const std::vector<std::string>& args : {std::vector<std::string>{"-q", "81,82"},
                                               {"-q=81,82"},
                                               {"-q81,82"},
                                               {"--istio-outbound-ports", "81,82"},
                                               {"--istio-outbound-ports=81,82"},
                                               {"-q", "7", "-q", "81, ,82,"}}) {
    const auto command = Parse(args);
    ASSERT_TRUE(command.ok()) << command.status();
    EXPECT_THAT(command->options.outbound_ports, testing::ElementsAre(81, 82)) << args[0];
  }
  EXPECT_TRUE(Parse({"-n"})->dry_run);
  EXPECT_FALSE(Parse({"--dry-run=false"})->dry_run);
  EXPECT_TRUE(Parse({}, From({{"DRY_RUN", "true"}}))->dry_run);
  EXPECT_TRUE(Parse({"--cleanup-only"})->cleanup_only);
  EXPECT_TRUE(Parse({}, From({{"ISTIO_DUAL_STACK", "1"}}))->dual_stack);
  EXPECT_TRUE(Parse({}, From({{"INVALID_DROP", "true"}}))->options.drop_invalid);
  EXPECT_EQ(Parse({"--proxy-mark", "0x517"})->options.proxy_mark, 0x517u);
}

TEST(ParseArgsTest, AcceptsFlagsThatSteerOnlyIptables) {
  EXPECT_TRUE(Parse({"-t", "1337", "-r", "133", "-f", "--reconcile", "--force-apply",
                     "--native-nftables", "--force-iptables-binary", "nft"})
                  .ok());
}

struct Refusal {
  std::string name;
  std::vector<std::string> args;
  std::map<std::string, std::string, std::less<>> env;
  absl::StatusCode code;
  std::string message;
};

void PrintTo(const Refusal& row, std::ostream* out) { *out << row.name; }

class ParseArgsRefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(ParseArgsRefusalTest, NamesFlagAndValue) {
  const auto command = Parse(GetParam().args, From(GetParam().env));
  ASSERT_FALSE(command.ok());
  EXPECT_EQ(command.status().code(), GetParam().code);
  EXPECT_THAT(std::string(command.status().message()), HasSubstr(GetParam().message));
}

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotYet = absl::StatusCode::kUnimplemented;

const Refusal kRefusals[] = {
    {"Tproxy", {"-m", "TPROXY"}, {}, kNotYet, "-m: interception mode TPROXY is not supported yet"},
    {"UnknownMode", {"-m", "OTHER"}, {}, kInvalid, "\"OTHER\" is not a mode"},
    {"DnsFlag",
     {"--redirect-dns"},
     {},
     kNotYet,
     "--redirect-dns: DNS capture is not supported yet"},
    {"DnsEnv", {}, {{"ISTIO_META_DNS_CAPTURE", "true"}}, kNotYet, "ISTIO_META_DNS_CAPTURE: DNS"},
    {"AllDns", {"--capture-all-dns"}, {}, kNotYet, "--capture-all-dns"},
    {"Validation", {"--run-validation"}, {}, kNotYet, "--run-validation"},
    {"Namespace", {"--network-namespace", "/x"}, {}, kNotYet, "--network-namespace"},
    {"RangeWithoutLength",
     {"-i", "10.0.0.1"},
     {},
     kInvalid,
     "-i: \"10.0.0.1\" has no prefix length"},
    {"ExcludeEverything", {"-x", "*"}, {}, kInvalid, "-x: \"*\" cannot be excluded"},
    {"PortZero", {"-b", "0"}, {}, kInvalid, "-b: \"0\" is not a port"},
    {"PortTooBig", {"-d", "15090,65536"}, {}, kInvalid, "-d: \"65536\" is not a port"},
    {"PortSigned", {"-o", "+80"}, {}, kInvalid, "-o: \"+80\" is not a port"},
    {"UidName", {}, {{"PROXY_UID", "envoy"}}, kInvalid, "PROXY_UID: \"envoy\" is not a numeric id"},
    {"Mark", {"--proxy-mark", "0"}, {}, kInvalid, "--proxy-mark: \"0\" is not a mark"},
    {"InterfaceWithQuote", {"-c", "a\"b"}, {}, kInvalid, "is not an interface name"},
    {"InterfaceTooLong", {"-k", "abcdefghijklmnop"}, {}, kInvalid, "is not an interface name"},
    {"Bool", {"--dry-run=maybe"}, {}, kInvalid, "\"maybe\" is neither true nor false"},
    {"UnknownFlag", {"--nope"}, {}, kInvalid, "unknown flag --nope"},
    {"UnknownLetter", {"-Z"}, {}, kInvalid, "unknown flag -Z"},
    {"Word", {"apply"}, {}, kInvalid, "\"apply\" is not a flag"},
    {"ValueMissing", {"-b"}, {}, kInvalid, "-b: the value is missing"},
    {"NoSuchUser", {}, {{"ENVOY_USER", "no-such-user"}}, kInvalid, "ENVOY_USER: there is no user"},
    {"NoSuchGroup",
     {},
     {{"ISTIO_OUTBOUND_OWNER_GROUPS", "no-such-group"}},
     kInvalid,
     "ISTIO_OUTBOUND_OWNER_GROUPS: \"no-such-group\" is neither"},
    {"LoopbackOfTheOtherFamily",
     {},
     {{"ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR", "::1/128"}},
     kInvalid,
     "is not an IPv4 range"},
};

INSTANTIATE_TEST_SUITE_P(, ParseArgsRefusalTest, testing::ValuesIn(kRefusals),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(ParseArgsTest, AtMost64OwnerGroups) {
  std::string groups = "1";
  for (int i = 2; i <= 64; ++i) groups += "," + std::to_string(i);
  EXPECT_TRUE(Parse({}, From({{"ISTIO_OUTBOUND_OWNER_GROUPS", groups}})).ok());
  EXPECT_FALSE(Parse({}, From({{"ISTIO_OUTBOUND_OWNER_GROUPS", groups + ",65"}})).ok());
}

}  // namespace
}  // namespace outrigger::interception
