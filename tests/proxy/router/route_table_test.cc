#include "proxy/router/route_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/read.h"

namespace outrigger::router {
namespace {

RouteTable Table(const std::string& yaml) {
  v1::RouteTable config;
  config::Problems problems;
  EXPECT_TRUE(config::ReadYaml(yaml, "test.yaml", &config, &problems)) << problems;
  return RouteTable(config, stream::FilterRegistry());
}

/// A table with one virtual host for everything.
RouteTable Routes(const std::string& routes) {
  return Table("{name: t, virtual_hosts: [{name: all, domains: ['*'], routes: " + routes + "}]}");
}

/// A request head that owns its arena.
struct Request {
  explicit Request(std::string_view target) {
    head.method = "GET";
    head.target = target;
  }
  Arena arena;
  http::RequestHead head{arena};
};

// Which virtual host.

const char* const kHosts = R"(
name: t
virtual_hosts:
- {name: exact, domains: [reviews.default.svc.cluster.local, Reviews]}
- {name: one, domains: ["*.example.com"]}
- {name: two, domains: ["*.api.example.com"]}
- {name: six, domains: ["[2001:db8::1]", "[::1]"]}
- {name: any, domains: ["*"]}
)";

struct HostCase {
  const char* name;
  const char* authority;
  const char* want;
};
class FindHostTest : public testing::TestWithParam<HostCase> {};
TEST_P(FindHostTest, PicksTheVirtualHost) {
  const RouteTable table = Table(kHosts);
  const VirtualHost* host = table.FindHost(GetParam().authority);
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->name, GetParam().want);
}
const HostCase kHostCases[] = {
    {"Exact", "reviews.default.svc.cluster.local", "exact"},
    {"ExactWithPort", "reviews.default.svc.cluster.local:9080", "exact"},
    {"LetterCaseOfTheRequest", "REVIEWS.default.SVC.cluster.local", "exact"},
    {"LetterCaseOfTheConfiguration", "reviews", "exact"},
    {"Suffix", "www.example.com", "one"},
    {"SuffixWithPortAndCase", "WWW.Example.COM:8080", "one"},
    {"SeveralLabelsBeforeTheSuffix", "a.b.c.example.com", "one"},
    {"LongestSuffixWins", "v1.api.example.com", "two"},
    {"SuffixItselfIsShorter", "api.example.com", "one"},
    {"SuffixNeedsALabel", "example.com", "any"},
    {"SuffixNeedsMoreThanADot", ".example.com", "any"},
    {"SuffixIsNotATextSuffix", "badexample.com", "any"},
    {"Ipv6", "[2001:db8::1]", "six"},
    {"Ipv6WithPort", "[2001:db8::1]:9080", "six"},
    {"Ipv6LetterCase", "[2001:DB8::1]:9080", "six"},
    {"Ipv6Short", "[::1]:80", "six"},
    {"BareIpv6IsKeptWhole", "2001:db8::1", "any"},
    {"Nobody", "nobody.example.org", "any"},
    {"Empty", "", "any"},
    {"PortAlone", ":80", "any"},
    {"BracketAlone", "[", "any"},
    {"BracketAndColon", "[:", "any"},
};
INSTANTIATE_TEST_SUITE_P(All, FindHostTest, testing::ValuesIn(kHostCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FindHost, AnswersNothingForAnUnknownHostWithoutAStar) {
  const RouteTable table = Table("{name: t, virtual_hosts: [{name: a, domains: [a.com]}]}");
  EXPECT_EQ(table.FindHost("b.com"), nullptr);
  EXPECT_EQ(table.FindHost(""), nullptr);
}

TEST(FindHost, AnAbsurdlyLongHostIsNobodys) {
  const RouteTable table = Table(kHosts);
  EXPECT_EQ(table.FindHost(std::string(5000, 'a') + ".example.com")->name, "any");
}

TEST(FindHost, TheFirstOfTwoEqualDomainsWins) {
  const RouteTable table = Table(
      "{name: t, virtual_hosts: [{name: old, domains: [a, '*']}, {name: new, domains: [a, '*']}]}");
  EXPECT_EQ(table.FindHost("a")->name, "old");
  EXPECT_EQ(table.FindHost("b")->name, "old");
}

// Which route. Rows named T.. are the golden examples of the traffic API reference, section 12.

struct MatchCase {
  const char* name;
  const char* routes;
  const char* method;
  const char* target;
  const char* authority;
  std::vector<std::pair<const char*, const char*>> headers;
  const char* want;  ///< name of the route; empty: none
};

const char* const kExactA = "[{name: v1, match: {path: {exact: /a}}}, {name: v2}]";
const char* const kPrefixFoo = "[{name: v1, match: {path: {prefix: /foo}}}]";
const char* const kNoCase =
    "[{name: v1, match: {path: {prefix: /Foo}, ignore_path_case: true}}, {name: v2}]";
const char* const kRegex = "[{name: v1, match: {path: {regex: '/p/[0-9]+'}}}, {name: v2}]";
const char* const kOr = R"([
  {name: v1, match: {path: {prefix: /a}, headers: [{name: x, value: {exact: "1"}}]}},
  {name: v1, match: {headers: [{name: y}]}},
  {name: v2}])";
const char* const kEndUser =
    "[{name: v1, match: {headers: [{name: end-user, value: {exact: Jason}}]}}, {name: v2}]";
const char* const kWithoutDebug =
    "[{name: v1, match: {headers: [{name: debug, invert: true}]}}, {name: v2}]";
const char* const kNotBlue = R"([
  {name: v1, match: {headers: [{name: color, value: {exact: blue}, invert: true}]}}, {name: v2}])";
const char* const kNotEmpty = R"([
  {name: v1, match: {headers: [{name: color, value: {regex: ".*"}, invert: true}]}}, {name: v2}])";
const char* const kKeyEmpty =
    "[{name: v1, match: {query: [{name: key, value: {exact: ''}}]}}, {name: v2}]";
const char* const kKeyDigits =
    "[{name: v1, match: {query: [{name: key, value: {regex: '\\d+$'}}]}}, {name: v2}]";
const char* const kKeyPresent = "[{name: v1, match: {query: [{name: key}]}}, {name: v2}]";
const char* const kPost = "[{name: v1, match: {method: {exact: POST}}}]";
const char* const kAuthority =
    "[{name: v1, match: {authority: {exact: 'reviews:9080'}}}, {name: v2}]";
const char* const kList = R"([
  {name: v1, match: {headers: [{name: accept, value: {exact: "a, b"}}]}}, {name: v2}])";

const MatchCase kMatchCases[] = {
    {"T01_QueryIsIgnored", kExactA, "GET", "/a?x=1", "reviews", {}, "v1"},
    {"T02_ExactIsExact", kExactA, "GET", "/a/", "reviews", {}, "v2"},
    {"T03_PrefixIsARawPrefix", kPrefixFoo, "GET", "/foobar", "reviews", {}, "v1"},
    {"T04_NoRoute", kPrefixFoo, "GET", "/bar", "reviews", {}, ""},
    {"T05_IgnoreCase", kNoCase, "GET", "/foo/x", "reviews", {}, "v1"},
    {"T06_RegexMatchesTheWholePath", kRegex, "GET", "/p/12x", "reviews", {}, "v2"},
    {"RegexMatches", kRegex, "GET", "/p/12", "reviews", {}, "v1"},
    {"RegexIgnoresTheQuery", kRegex, "GET", "/p/12?x=y", "reviews", {}, "v1"},
    {"T07_MatchesAreAlternatives", kOr, "GET", "/b", "reviews", {{"y", "anything"}}, "v1"},
    {"T08_ConditionsOfOneMatchAddUp", kOr, "GET", "/a", "reviews", {{"x", "2"}}, "v2"},
    {"AllConditionsHold", kOr, "GET", "/a", "reviews", {{"x", "1"}}, "v1"},
    {"PresentAlsoWhenEmpty", kOr, "GET", "/b", "reviews", {{"y", ""}}, "v1"},
    {"T09_HeaderValuesHaveLetterCase",
     kEndUser,
     "GET",
     "/",
     "reviews",
     {{"end-user", "jason"}},
     "v2"},
    {"T10_HeaderNamesHaveNone", kEndUser, "GET", "/", "reviews", {{"End-User", "Jason"}}, "v1"},
    {"T11_WithoutHeader", kWithoutDebug, "GET", "/", "reviews", {}, "v1"},
    {"T12_WithoutHeaderThatIsThere", kWithoutDebug, "GET", "/", "reviews", {{"debug", "0"}}, "v2"},
    {"InvertedValue", kNotBlue, "GET", "/", "reviews", {{"color", "blue"}}, "v2"},
    {"InvertedOtherValue", kNotBlue, "GET", "/", "reviews", {{"color", "red"}}, "v1"},
    {"InvertedMissingIsEmpty", kNotBlue, "GET", "/", "reviews", {}, "v1"},
    {"InvertedMissingIsEmptyForRegexToo", kNotEmpty, "GET", "/", "reviews", {}, "v2"},
    {"T13_QueryWithoutValue", kKeyEmpty, "GET", "/?key", "reviews", {}, "v1"},
    {"QueryWithEmptyValue", kKeyEmpty, "GET", "/?key=", "reviews", {}, "v1"},
    {"QueryMissing", kKeyEmpty, "GET", "/?other", "reviews", {}, "v2"},
    {"T14_QueryRegexMatchesTheWholeValue", kKeyDigits, "GET", "/?key=a123", "reviews", {}, "v2"},
    {"QueryRegex", kKeyDigits, "GET", "/?a=b&key=123", "reviews", {}, "v1"},
    {"QueryPresent", kKeyPresent, "GET", "/?key=x", "reviews", {}, "v1"},
    {"QueryNamesHaveLetterCase", kKeyPresent, "GET", "/?KEY=x", "reviews", {}, "v2"},
    {"T15_Method", kPost, "GET", "/", "reviews", {}, ""},
    {"MethodMatches", kPost, "POST", "/", "reviews", {}, "v1"},
    {"T16_AuthorityWithItsPortAsSent", kAuthority, "GET", "/", "reviews", {}, "v2"},
    {"AuthorityMatches", kAuthority, "GET", "/", "reviews:9080", {}, "v1"},
    {"RepeatedHeadersAreJoined",
     kList,
     "GET",
     "/",
     "reviews",
     {{"accept", "a"}, {"Accept", "b"}},
     "v1"},
};

class MatchTest : public testing::TestWithParam<MatchCase> {};
TEST_P(MatchTest, PicksTheRoute) {
  const MatchCase& row = GetParam();
  const RouteTable table = Routes(row.routes);
  Request request(row.target);
  request.head.method = row.method;
  request.head.authority = row.authority;
  for (const auto& [name, value] : row.headers) request.head.headers.Add(name, value);
  const Route* route = table.Match(request.head);
  EXPECT_EQ(route == nullptr ? "" : route->name, row.want);
}
INSTANTIATE_TEST_SUITE_P(All, MatchTest, testing::ValuesIn(kMatchCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Match, AnswersNothingWithoutAVirtualHost) {
  const RouteTable table =
      Table("{name: t, virtual_hosts: [{name: a, domains: [a.com], routes: [{name: r}]}]}");
  Request request("/");
  request.head.authority = "b.com";
  EXPECT_EQ(table.Match(request.head), nullptr);
}

// Query parameters.

struct QueryCase {
  const char* name;
  const char* query;
  std::optional<std::string> want;
};
class FindQueryParameterTest : public testing::TestWithParam<QueryCase> {};
TEST_P(FindQueryParameterTest, FindsTheFirstOneUndecoded) {
  const auto found = FindQueryParameter(GetParam().query, "key");
  EXPECT_EQ(found ? std::optional<std::string>(*found) : std::nullopt, GetParam().want);
}
const QueryCase kQueries[] = {
    {"Only", "key=1", "1"},
    {"Second", "a=b&key=1", "1"},
    {"FirstOfTwo", "key=1&key=2", "1"},
    {"NoValue", "key", ""},
    {"EmptyValue", "key=", ""},
    {"ValueWithEquals", "key=a=b", "a=b"},
    {"Undecoded", "key=%41+", "%41+"},
    {"EncodedNameIsAnother", "k%65y=1", std::nullopt},
    {"LongerName", "keys=1", std::nullopt},
    {"NameInAValue", "a=key", std::nullopt},
    {"EmptyPairs", "&&key=1&", "1"},
    {"Empty", "", std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(All, FindQueryParameterTest, testing::ValuesIn(kQueries),
                         [](const auto& row) { return std::string(row.param.name); });

// Rewrite and redirect.

struct RewriteCase {
  const char* name;
  const char* route;
  const char* target;
  const char* want;
};
class RewriteTargetTest : public testing::TestWithParam<RewriteCase> {};
TEST_P(RewriteTargetTest, ChangesWhatTheUpstreamSees) {
  const RouteTable table = Routes("[" + std::string(GetParam().route) + "]");
  Request request(GetParam().target);
  const Route* route = table.Match(request.head);
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(RewriteTarget(*route, request.head), GetParam().want);
}
const RewriteCase kRewrites[] = {
    {"Nothing", "{match: {path: {prefix: /}}}", "/a?b", "/a?b"},
    {"T27_Prefix", "{match: {path: {prefix: /api/}}, rewrite: {path: /}}", "/api/v1/u?x=1",
     "/v1/u?x=1"},
    {"PrefixIsReplacedAsText", "{match: {path: {prefix: /a}}, rewrite: {path: /b}}", "/ax", "/bx"},
    {"PrefixWithoutLetterCase",
     "{match: {path: {prefix: /Api}, ignore_path_case: true}, rewrite: {path: /b}}", "/aPI/x",
     "/b/x"},
    {"T28_Exact", "{match: {path: {exact: /s}}, rewrite: {path: /t}}", "/s", "/t"},
    {"ExactKeepsTheQuery", "{match: {path: {exact: /s}}, rewrite: {path: /t}}", "/s?q", "/t?q"},
    {"RegexMatchReplacesTheWholePath", "{match: {path: {regex: '/p/[0-9]+'}}, rewrite: {path: /t}}",
     "/p/12?q", "/t?q"},
    {"NoMatchReplacesTheWholePath", "{rewrite: {path: /t}}", "/p/12?q", "/t?q"},
    {"T29_Regex",
     R"({rewrite: {regex: {pattern: '^/service/([^/]+)(/.*)$', substitution: '\2/inst/\1'}}})",
     "/service/foo/v1/api", "/v1/api/inst/foo"},
    {"RegexReplacesEveryMatch", "{rewrite: {regex: {pattern: 'a', substitution: 'b'}}}", "/aXa?a",
     "/bXb?a"},
    {"RegexThatMatchesNothing", "{rewrite: {regex: {pattern: 'z', substitution: 'b'}}}", "/a",
     "/a"},
    {"RegexResultStaysAPath", "{rewrite: {regex: {pattern: '^/', substitution: ''}}}", "/a", "/a"},
};
INSTANTIATE_TEST_SUITE_P(All, RewriteTargetTest, testing::ValuesIn(kRewrites),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Rewrite, T30_NamesTheAuthorityTheUpstreamSees) {
  const RouteTable table = Routes("[{rewrite: {authority: x.y}}]");
  Request request("/a");
  const Route* route = table.Match(request.head);
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->rewrite.authority, "x.y");
  EXPECT_EQ(RewriteTarget(*route, request.head), "/a");
}

struct RedirectCase {
  const char* name;
  const char* route;
  const char* authority;
  const char* target;
  int status;
  const char* location;
};
class RedirectTest : public testing::TestWithParam<RedirectCase> {};
TEST_P(RedirectTest, SaysWhereToGo) {
  const RedirectCase& row = GetParam();
  const RouteTable table = Routes("[" + std::string(row.route) + "]");
  Request request(row.target);
  request.head.authority = row.authority;
  const Route* route = table.Match(request.head);
  ASSERT_NE(route, nullptr);
  ASSERT_TRUE(route->redirect.has_value());
  EXPECT_EQ(route->redirect->status, row.status);
  EXPECT_EQ(RedirectLocation(*route, request.head), row.location);
}
const RedirectCase kRedirects[] = {
    {"T23_PathAndAuthority", "{redirect: {path: /new, authority: b.com}}", "a.com", "/old?q=1", 301,
     "http://b.com/new?q=1"},
    {"T24_Scheme", "{redirect: {scheme: https, status: 308}}", "h", "/x", 308, "https://h/x"},
    {"T25_Port", "{redirect: {port: 8443, scheme: https}}", "h", "/x", 301, "https://h:8443/x"},
    {"T52_HttpsKeepsThePathAndQuery", "{redirect: {scheme: https}}", "a.com", "/p?q=1", 301,
     "https://a.com/p?q=1"},
    {"PathWithAQueryReplacesTheQuery", "{redirect: {path: '/new?z'}}", "h", "/old?q=1", 301,
     "http://h/new?z"},
    {"Prefix", "{match: {path: {prefix: /old}}, redirect: {prefix: /new}}", "h", "/old/x?q", 301,
     "http://h/new/x?q"},
    {"TheHostsOwnPortStays", "{redirect: {path: /new}}", "h:8080", "/", 301, "http://h:8080/new"},
    {"PortReplacesTheHostsOwn", "{redirect: {port: 81}}", "h:8080", "/", 301, "http://h:81/"},
    {"Port80OfHttpIsLeftOut", "{redirect: {port: 80}}", "h:8080", "/", 301, "http://h/"},
    {"Port443OfHttpsIsLeftOut", "{redirect: {port: 443, scheme: https}}", "h:8080", "/", 301,
     "https://h/"},
    {"Port80OfHttpsIsNot", "{redirect: {port: 80, scheme: https}}", "h", "/", 301, "https://h:80/"},
    {"Ipv6Host", "{redirect: {port: 81}}", "[::1]:8080", "/", 301, "http://[::1]:81/"},
};
INSTANTIATE_TEST_SUITE_P(All, RedirectTest, testing::ValuesIn(kRedirects),
                         [](const auto& row) { return std::string(row.param.name); });

// Weights.

std::map<std::string, int> Picks(const std::string& clusters, std::uint32_t shots) {
  const RouteTable table = Routes("[{clusters: " + clusters + "}]");
  Request request("/");
  const Route* route = table.Match(request.head);
  std::map<std::string, int> picks;
  for (std::uint32_t shot = 0; shot < shots; ++shot) ++picks[route->PickCluster(shot).name];
  return picks;
}

TEST(PickCluster, T17_SharesByWeight) {
  const std::map<std::string, int> want = {{"v1", 3000}, {"v2", 1000}};
  EXPECT_EQ(Picks("[{name: v1, weight: 30}, {name: v2, weight: 10}]", 4000), want);
}

TEST(PickCluster, T18_WeightZeroGetsNothing) {
  const std::map<std::string, int> want = {{"v2", 1000}};
  EXPECT_EQ(Picks("[{name: v1, weight: 0}, {name: v2, weight: 100}]", 1000), want);
}

TEST(PickCluster, T19_ASingleClusterNeedsNoWeight) {
  const std::map<std::string, int> want = {{"v1", 10}};
  EXPECT_EQ(Picks("[{name: v1, weight: 0}]", 10), want);
}

}  // namespace
}  // namespace outrigger::router
