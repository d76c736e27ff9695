#include "cmd/load/plan.h"

#include <gtest/gtest.h>

namespace outrigger::load {
namespace {

struct UrlCase {
  std::string name, text;
  Url want;                ///< when error is empty
  std::string error = {};  ///< a part of the message
};

void PrintTo(const UrlCase& row, std::ostream* out) { *out << row.text; }

class ParseUrlTest : public testing::TestWithParam<UrlCase> {};

TEST_P(ParseUrlTest, ReadsOrExplains) {
  const auto url = ParseUrl(GetParam().text);
  ASSERT_EQ(url.ok(), GetParam().error.empty()) << url.status();
  if (url.ok()) {
    EXPECT_EQ(*url, GetParam().want);
  } else {
    EXPECT_NE(std::string(url.status().message()).find(GetParam().error), std::string::npos)
        << url.status();
  }
}

const UrlCase kUrls[] = {
    {"HostOnly", "http://app", {"app", 80, "/"}},
    {"Port", "http://app:9080/reviews/7", {"app", 9080, "/reviews/7"}},
    {"Ipv6", "http://[fd00::1]:81/x", {"fd00::1", 81, "/x"}},
    {"QueryWithoutPath", "http://app?x=1", {"app", 80, "/?x=1"}},
    {"FragmentStaysHere", "http://app/x?y#z", {"app", 80, "/x?y"}},
    {"NoScheme", "app:80", {}, "must start with http://"},
    {"Https", "https://app", {}, "https is not supported yet"},
    {"NoHost", "http:///x", {}, "host or port"},
    {"PortTooBig", "http://app:65536", {}, "host or port"},
    {"PortZero", "http://app:0", {}, "host or port"},
    {"PortEmpty", "http://app:/", {}, "host or port"},
    {"BracketOpen", "http://[::1/x", {}, "host or port"},
    {"LineBreak", "http://app/\r\nX: y", {}, "space or control"},
};

INSTANTIATE_TEST_SUITE_P(, ParseUrlTest, testing::ValuesIn(kUrls),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(ParseTargetTest, AWeightFollowsTheLastEqualsSign) {
  EXPECT_EQ(ParseTarget("http://app/x=3")->weight, 3);
  EXPECT_EQ(ParseTarget("http://app/x=3")->url.path, "/x");
  EXPECT_EQ(ParseTarget("http://app/?id=abc")->weight, 1);
  EXPECT_EQ(ParseTarget("http://app/?id=7=1")->url.path, "/?id=7");
  EXPECT_FALSE(ParseTarget("http://app/=0").ok());
  EXPECT_FALSE(ParseTarget("http://app/=-1").ok());
}

TEST(RequestForTest, WritesWhatTheServerNeeds) {
  Plan plan;
  EXPECT_EQ(RequestFor(plan, *ParseTarget("http://app:81/x")),
            "GET /x HTTP/1.1\r\nHost: app:81\r\nUser-Agent: outrigger-load\r\n\r\n");
  plan.method = "POST";
  plan.headers = {{"host", "other"}, {"X-Trace", "1"}, {"User-Agent", "me"}};
  plan.body_bytes = 3;
  EXPECT_EQ(RequestFor(plan, *ParseTarget("http://[::1]/")),
            "POST / HTTP/1.1\r\nhost: other\r\nX-Trace: 1\r\nUser-Agent: me\r\n"
            "Content-Length: 3\r\n\r\nxxx");
}

}  // namespace
}  // namespace outrigger::load
