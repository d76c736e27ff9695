#include "proxy/http/target.h"

#include <gtest/gtest.h>

namespace outrigger::http {
namespace {

struct AuthorityCase {
  const char* name;
  std::string_view authority;
  bool valid;
};
std::ostream& operator<<(std::ostream& out, const AuthorityCase& row) { return out << row.name; }

const AuthorityCase kAuthorities[] = {
    {"Name", "reviews.default.svc.cluster.local", true},
    {"NameAndPort", "reviews:9080", true},
    {"UpperCase", "Reviews", true},
    {"Underscore", "my_service:80", true},
    {"TrailingDot", "example.com.", true},
    {"PercentEncoded", "a%41", true},
    {"Ipv4", "10.0.0.1:65535", true},
    {"Ipv6", "[::1]", true},
    {"Ipv6AndPort", "[fd00::10:1]:15006", true},
    {"Ipv4InIpv6", "[::ffff:10.0.0.1]", true},
    {"Empty", "", false},
    {"PortOnly", ":80", false},
    {"EmptyPort", "host:", false},
    {"PortTooLarge", "host:65536", false},
    {"PortOfSixDigits", "host:000080", false},
    {"PortWithLetters", "host:8o", false},
    {"SignedPort", "host:+80", false},
    {"TwoPorts", "host:80:90", false},
    {"UserInfo", "user@host", false},
    {"Slash", "host/path", false},
    {"QuestionMark", "host?x", false},
    {"Fragment", "host#x", false},
    {"Backslash", "host\\evil", false},
    {"Space", "a b", false},
    {"TwoJoinedHosts", "a,b", false},
    {"LineEnd", "a\r\nb", false},
    {"NulByte", std::string_view("a\0b", 3), false},
    {"NonAscii", "h\xc3\xb6st", false},
    {"BracketOpen", "[::1", false},
    {"BracketEmpty", "[]", false},
    {"BracketWithName", "[host]", false},
    {"BracketWithIpv4", "[10.0.0.1]", false},
    {"BracketAndJunk", "[::1]x", false},
    {"BracketAndEmptyPort", "[::1]:", false},
    {"ZoneId", "[fe80::1%25eth0]", false},
    {"LongBracket", "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]", false},
    {"NulInBracket", std::string_view("[::1\0]", 6), false},
    {"BareIpv6", "::1", false},
};

class AuthorityTest : public testing::TestWithParam<AuthorityCase> {};
TEST_P(AuthorityTest, IsHostAndOptionalPort) {
  EXPECT_EQ(IsValidAuthority(GetParam().authority), GetParam().valid);
}
INSTANTIATE_TEST_SUITE_P(H1_7, AuthorityTest, testing::ValuesIn(kAuthorities),
                         [](const auto& row) { return row.param.name; });

struct TargetCase {
  const char* name;
  std::string_view method;
  std::string_view target;
  std::string_view want;  // "authority|target", or empty for an error
};
std::ostream& operator<<(std::ostream& out, const TargetCase& row) { return out << row.name; }

const TargetCase kTargets[] = {
    {"Origin", "GET", "/a/b?c=d", "|/a/b?c=d"},
    {"OriginRoot", "GET", "/", "|/"},
    {"TwoSlashesAreAPath", "GET", "//evil/x", "|//evil/x"},
    {"NonAsciiPasses", "GET", "/\xc3\xa4", "|/\xc3\xa4"},
    {"Absolute", "GET", "http://host/path", "host|/path"},
    {"AbsoluteWithPort", "GET", "http://host:8080/path?q", "host:8080|/path?q"},
    {"AbsoluteWithoutPath", "GET", "http://host", "host|/"},
    {"AbsoluteWithQueryOnly", "GET", "http://host?x=/y", "host|/?x=/y"},
    {"AbsoluteOptionsWithoutPath", "OPTIONS", "http://host", "host|*"},
    {"AbsoluteUpperCaseScheme", "GET", "HTTP://host/", "host|/"},
    {"AbsoluteHttps", "GET", "https://host/", "host|/"},
    {"AbsoluteIpv6", "GET", "http://[::1]:80/", "[::1]:80|/"},
    {"AsteriskForOptions", "OPTIONS", "*", "|*"},
    {"Authority", "CONNECT", "host:443", "host:443|host:443"},
    {"AuthorityIpv6", "CONNECT", "[::1]:443", "[::1]:443|[::1]:443"},
    {"AsteriskForGet", "GET", "*", ""},
    {"AuthorityForGet", "GET", "host:443", ""},
    {"ConnectWithoutPort", "CONNECT", "host", ""},
    {"ConnectIpv6WithoutPort", "CONNECT", "[::1]", ""},
    {"ConnectWithPath", "CONNECT", "/x", ""},
    {"ConnectAbsolute", "CONNECT", "http://host:80/", ""},
    {"NoLeadingSlash", "GET", "path", ""},
    {"OtherScheme", "GET", "ftp://host/", ""},
    {"AbsoluteWithoutHost", "GET", "http:///path", ""},
    {"AbsoluteWithUserInfo", "GET", "http://good@evil/", ""},
    {"AbsoluteOneSlash", "GET", "http:/host", ""},
    {"Fragment", "GET", "/a#b", ""},
    {"FragmentInQuery", "GET", "/a?b#c", ""},
    {"AbsoluteFragment", "GET", "http://host#x", ""},
    {"Space", "GET", "/a b", ""},
    {"Tab", "GET", "/a\tb", ""},
    {"LineFeed", "GET", "/a\nb", ""},
    {"Delete", "GET", "/a\x7f", ""},
    {"NulByte", "GET", std::string_view("/a\0b", 4), ""},
    {"Empty", "GET", "", ""},
};

class TargetTest : public testing::TestWithParam<TargetCase> {};
TEST_P(TargetTest, ComesOutInOneForm) {
  Arena arena;
  const Result<Target> got = ParseTarget(GetParam().method, GetParam().target, arena);
  if (GetParam().want.empty()) {
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().code, ErrorCode::kMalformed);
  } else {
    ASSERT_TRUE(got.has_value()) << got.error();
    EXPECT_EQ(std::string(got->authority) + "|" + std::string(got->target), GetParam().want);
  }
}
INSTANTIATE_TEST_SUITE_P(H1_7, TargetTest, testing::ValuesIn(kTargets),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace outrigger::http
