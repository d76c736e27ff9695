#include "base/address.h"

#include <gtest/gtest.h>

namespace outrigger {
namespace {

struct Case {
  const char* name;
  const char* text;
  const char* want;  // null: refused
};

class AddressTest : public testing::TestWithParam<Case> {};

TEST_P(AddressTest, Parses) {
  const auto address = SocketAddress::Parse(GetParam().text);
  EXPECT_EQ(address ? address->text() : "refused",
            GetParam().want != nullptr ? GetParam().want : "refused");
}

const Case kCases[] = {
    {"Ipv4", "10.1.2.3:80", "10.1.2.3:80"},
    {"Ipv6", "[::1]:15001", "[::1]:15001"},
    {"PortZero", "127.0.0.1:0", "127.0.0.1:0"},
    {"MappedBecomesIpv4", "[::ffff:10.0.0.1]:5", "10.0.0.1:5"},
    {"NoPort", "10.1.2.3", nullptr},
    {"EmptyPort", "10.1.2.3:", nullptr},
    {"PortTooLarge", "10.1.2.3:65536", nullptr},
    {"PortWithSign", "10.1.2.3:+80", nullptr},
    {"Ipv6WithoutBrackets", "::1:80", nullptr},
    {"BracketedIpv4", "[10.0.0.1]:80", nullptr},
    {"Name", "localhost:80", nullptr},
    {"Empty", "", nullptr},
};
INSTANTIATE_TEST_SUITE_P(Text, AddressTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(SocketAddress, KnowsLoopbackAndAny) {
  EXPECT_TRUE(SocketAddress::Parse("127.8.9.10:1")->is_loopback());
  EXPECT_TRUE(SocketAddress::Parse("[::1]:1")->is_loopback());
  EXPECT_FALSE(SocketAddress::Parse("128.0.0.1:1")->is_loopback());
  EXPECT_TRUE(SocketAddress::Parse("0.0.0.0:1")->is_any());
  EXPECT_TRUE(SocketAddress::Parse("[::]:1")->is_any());
}

TEST(SocketAddress, ComparesByFamilyAddressAndPort) {
  EXPECT_EQ(*SocketAddress::Parse("10.0.0.1:5"), *SocketAddress::Parse("[::ffff:10.0.0.1]:5"));
  EXPECT_FALSE(*SocketAddress::Parse("10.0.0.1:5") == *SocketAddress::Parse("10.0.0.1:6"));
  EXPECT_FALSE(*SocketAddress::Parse("10.0.0.1:5") == *SocketAddress::Parse("10.0.0.2:5"));
}

}  // namespace
}  // namespace outrigger
