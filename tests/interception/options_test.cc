#include "interception/options.h"

#include <gtest/gtest.h>

namespace outrigger::interception {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string want;  ///< the range, or a part of the error
  bool loopback = false;
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.text; }

class ParseCidrTest : public testing::TestWithParam<Case> {};

TEST_P(ParseCidrTest, ReadsOrExplains) {
  const auto cidr = ParseCidr(GetParam().text);
  if (GetParam().want.find('/') != std::string::npos) {
    ASSERT_TRUE(cidr.ok()) << cidr.status();
    EXPECT_EQ(ToString(*cidr), GetParam().want);
    EXPECT_EQ(cidr->loopback, GetParam().loopback);
  } else {
    ASSERT_FALSE(cidr.ok());
    EXPECT_NE(cidr.status().message().find(GetParam().want), absl::string_view::npos)
        << cidr.status();
  }
}

const Case kCases[] = {
    {"Ipv4", "10.0.0.0/8", "10.0.0.0/8"},
    {"HostBitsAreCleared", "10.255.255.255/9", "10.128.0.0/9"},
    {"OneAddress", "10.1.2.3/32", "10.1.2.3/32"},
    {"Everything", "0.0.0.0/0", "0.0.0.0/0"},
    {"Ipv6", "FD00:0::1/8", "fd00::/8"},
    {"Ipv6Everything", "::/0", "::/0"},
    {"Loopback", "127.0.0.1/32", "127.0.0.1/32", true},
    {"LoopbackBeforeClearing", "127.0.0.1/1", "0.0.0.0/1", true},
    {"Ipv6Loopback", "::1/128", "::1/128", true},
    {"NoLength", "10.0.0.0", "no prefix length"},
    {"TooLong", "10.0.0.0/33", "from 0 to 32"},
    {"Ipv6TooLong", "::/129", "from 0 to 128"},
    {"NegativeLength", "10.0.0.0/-1", "from 0 to 32"},
    {"EmptyLength", "10.0.0.0/", "from 0 to 32"},
    {"NotAnAddress", "example.com/8", "not an address range"},
    {"Star", "*", "not an address range"},
    {"Empty", "", "not an address range"},
};

INSTANTIATE_TEST_SUITE_P(, ParseCidrTest, testing::ValuesIn(kCases),
                         [](const auto& param_info) { return param_info.param.name; });

}  // namespace
}  // namespace outrigger::interception
