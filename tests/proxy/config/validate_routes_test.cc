// Route tables. Rows give one route; the file around it is the same.
#include "tests/proxy/config/validating.h"

namespace outrigger::config {
namespace {

constexpr std::string_view kBefore =
    "route_tables:\n- name: r\n  virtual_hosts:\n  - domains: [\"*\"]\n    routes:\n    - ";
constexpr std::string_view kRoute = "route_tables[0].virtual_hosts[0].routes[0]";

/// What is said about a route, with `^` for its path.
std::string RouteVerdict(std::string_view route) {
  std::string report = Verdict(std::string(kBefore) + std::string(route) + "\n");
  for (std::size_t at = 0; (at = report.find(kRoute, at)) != std::string::npos;)
    report.replace(at, kRoute.size(), "^");
  return report;
}

class RouteVerdictTest : public VerdictTest {};

TEST_P(RouteVerdictTest, NamesTheField) {
  EXPECT_EQ(RouteVerdict(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, RouteVerdictTest,
    testing::Values(
        VerdictCase{"MissingClusterIsARequestTimeMatter",
                    "{clusters: [{name: nowhere, weight: 1}]}", ""},
        VerdictCase{"ALoneClusterNeedsNoWeight", "{clusters: [{name: a}]}", ""},
        VerdictCase{"Redirect", "{redirect: {prefix: /new, status: 308, scheme: https, port: 443}}",
                    ""},
        VerdictCase{"DirectResponse", "{direct_response: {status: 503, body: busy}}", ""},
        VerdictCase{"EveryPart",
                    "{match: {path: {regex: '/a.*'}, method: {exact: GET}, headers: [{name: "
                    "x-user, value: {prefix: a}}, {name: "
                    "y, invert: true}], query: [{name: q}]}, clusters: [{name: a, weight: 90}, "
                    "{name: b, weight: 10}], "
                    "rewrite: {regex: {pattern: '^/(\\w+)', substitution: '/\\1'}}, timeout: 0s, "
                    "retry: {attempts: 2, "
                    "retry_on: [5xx, reset, '503'], backoff: 25ms}, fault: {delay: {duration: 7s, "
                    "percent: 0.0001}, abort: "
                    "{status: 500, percent: 100}}, request_headers: {set: [{name: Host, value: "
                    "a}], remove: [x-b]}}",
                    ""}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Actions, RouteVerdictTest,
    testing::Values(
        VerdictCase{"None", "{name: a}",
                    "c.yaml:6: ^: needs exactly one of clusters, redirect and direct_response"},
        VerdictCase{"Two", "{redirect: {path: /}, direct_response: {status: 200}}",
                    "c.yaml:6: ^: needs exactly one of clusters, redirect and direct_response"},
        VerdictCase{
            "WeightsOfZero", "{clusters: [{name: a}, {name: b}]}",
            "c.yaml:6: ^.clusters: the weights add up to 0; give at least one cluster a weight"},
        VerdictCase{"WeightsOverflow",
                    "{clusters: [{name: a, weight: 4294967295}, {name: b, weight: 1}]}",
                    "c.yaml:6: ^.clusters: the weights add up to more than 4294967295"},
        VerdictCase{"NamelessCluster", "{clusters: [{weight: 1}]}",
                    "c.yaml:6: ^.clusters[0].name: is required"},
        VerdictCase{"RedirectCode", "{redirect: {status: 200}}",
                    "c.yaml:6: ^.redirect.status: 200 is not one of 301, 302, 303, 307, 308"},
        VerdictCase{"RedirectOfBoth", "{redirect: {path: /a, prefix: /b}}",
                    "c.yaml:6: ^.redirect: takes path or prefix, not both"},
        VerdictCase{"RedirectScheme", "{redirect: {scheme: ftp}}",
                    "c.yaml:6: ^.redirect.scheme: `ftp` is neither http nor https"},
        VerdictCase{"RedirectPort", "{redirect: {port: 65536}}",
                    "c.yaml:6: ^.redirect.port: 65536 is not a port"},
        VerdictCase{"RedirectToALineBreak", "{redirect: {path: \"/a\\r\\nX: y\"}}",
                    "c.yaml:6: ^.redirect.path: `/a\\r\\nX: y` has a space or a control character"},
        VerdictCase{"StatusMissing", "{direct_response: {}}",
                    "c.yaml:6: ^.direct_response.status: is required"},
        VerdictCase{
            "StatusInformational", "{direct_response: {status: 101}}",
            "c.yaml:6: ^.direct_response.status: 101 is not a final HTTP status (200 to 599)"},
        VerdictCase{
            "StatusTooLarge", "{direct_response: {status: 600}}",
            "c.yaml:6: ^.direct_response.status: 600 is not a final HTTP status (200 to 599)"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Matches, RouteVerdictTest,
    testing::Values(
        VerdictCase{"EmptyStringMatch", "{match: {path: {}}, direct_response: {status: 200}}",
                    "c.yaml:6: ^.match.path: needs one of exact, prefix and regex"},
        VerdictCase{"BrokenRegex",
                    "{match: {authority: {regex: '('}}, direct_response: {status: 200}}",
                    "c.yaml:6: ^.match.authority.regex: `(` is not a regular expression (RE2): "
                    "missing ): ("},
        VerdictCase{"BackReferenceIsNotRe2",
                    "{match: {path: {regex: '(a)\\1'}}, direct_response: {status: 200}}",
                    "c.yaml:6: ^.match.path.regex: `(a)\\\\1` is not a regular expression (RE2): "
                    "invalid escape sequence: \\1"},
        VerdictCase{"HeaderName",
                    "{match: {headers: [{name: 'x y'}, {}]}, direct_response: {status: 200}}",
                    "c.yaml:6: ^.match.headers[0].name: `x y` is not a header name\nc.yaml:6: "
                    "^.match.headers[1].name: is required"},
        VerdictCase{"QueryName",
                    "{match: {query: [{value: {exact: a}}]}, direct_response: {status: 200}}",
                    "c.yaml:6: ^.match.query[0].name: is required"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Policies, RouteVerdictTest,
    testing::Values(
        VerdictCase{"RewriteOfBoth",
                    "{clusters: [{name: a, weight: 1}], rewrite: {path: /, regex: {pattern: a}}}",
                    "c.yaml:6: ^.rewrite: takes path or regex, not both"},
        VerdictCase{"RewriteWithoutPattern",
                    "{clusters: [{name: a, weight: 1}], rewrite: {regex: {}}}",
                    "c.yaml:6: ^.rewrite.regex.pattern: is required"},
        VerdictCase{"RewriteToAGroupThatIsNotThere",
                    "{clusters: [{name: a, weight: 1}], rewrite: {regex: {pattern: a, "
                    "substitution: '\\2'}}}",
                    "c.yaml:6: ^.rewrite.regex.substitution: `\\\\2` does not fit the pattern: "
                    "Rewrite schema requests 2 matches, but "
                    "the regexp only has 0 parenthesized subexpressions."},
        VerdictCase{"NegativeTimeout", "{clusters: [{name: a, weight: 1}], timeout: -1s}",
                    "c.yaml:6: ^.timeout: -1s is negative"},
        VerdictCase{
            "RetryConditions",
            "{clusters: [{name: a, weight: 1}], retry: {retry_on: [5xx, sometimes, '99', '600']}}",
            "c.yaml:6: ^.retry.retry_on[1]: `sometimes` is not a condition to retry on or a status "
            "code\n"
            "c.yaml:6: ^.retry.retry_on[2]: `99` is not a condition to retry on or a status code\n"
            "c.yaml:6: ^.retry.retry_on[3]: `600` is not a condition to retry on or a status code"},
        VerdictCase{
            "RetryTimes",
            "{clusters: [{name: a, weight: 1}], retry: {per_try_timeout: -1s, backoff: -1s}}",
            "c.yaml:6: ^.retry.per_try_timeout: -1s is negative\nc.yaml:6: ^.retry.backoff: -1s is "
            "negative"},
        VerdictCase{"Percent",
                    "{clusters: [{name: a, weight: 1}], fault: {delay: {duration: 1s, percent: "
                    "101}, abort: {status: 500, percent: -1}}}",
                    "c.yaml:6: ^.fault.delay.percent: must be from 0 to 100\nc.yaml:6: "
                    "^.fault.abort.percent: must be from 0 to 100"},
        VerdictCase{"EmptyFaults",
                    "{clusters: [{name: a, weight: 1}], fault: {delay: {}, abort: {}}}",
                    "c.yaml:6: ^.fault.delay.duration: is required\nc.yaml:6: "
                    "^.fault.abort.status: is required"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Headers, RouteVerdictTest,
    testing::Values(
        VerdictCase{"LineBreak",
                    "{direct_response: {status: 200}, response_headers: {add: [{name: a, value: "
                    "\"b\\nc\"}]}}",
                    "c.yaml:6: ^.response_headers.add[0].value: a header value has no line breaks "
                    "or control characters"},
        VerdictCase{"Nul",
                    "{direct_response: {status: 200}, response_headers: {set: [{name: a, value: "
                    "\"\\0\"}]}}",
                    "c.yaml:6: ^.response_headers.set[0].value: a header value has no line breaks "
                    "or control characters"},
        VerdictCase{
            "PseudoHeader",
            "{direct_response: {status: 200}, request_headers: {set: [{name: ':path', value: /}]}}",
            "c.yaml:6: ^.request_headers.set[0].name: `:path` is not a header name"},
        VerdictCase{"Framing",
                    "{direct_response: {status: 200}, request_headers: {remove: [Content-Length], "
                    "set: [{name: transfer-encoding, value: gzip}]}}",
                    "c.yaml:6: ^.request_headers.set[0].name: transfer-encoding is written by the "
                    "proxy and cannot be changed\n"
                    "c.yaml:6: ^.request_headers.remove[0]: content-length is written by the proxy "
                    "and cannot be changed"},
        VerdictCase{"OfACluster",
                    "{clusters: [{name: a, weight: 1, request_headers: {remove: ['']}}]}",
                    "c.yaml:6: ^.clusters[0].request_headers.remove[0]: is required"}),
    RowName<VerdictCase>);

TEST(RouteLengthTest, RegularExpressionsEndAt1024Bytes) {
  const auto route = [](std::size_t length) {
    return "{match: {path: {regex: " + std::string(length, 'a') +
           "}}, direct_response: {status: 200}}";
  };
  EXPECT_EQ(RouteVerdict(route(1024)), "");
  EXPECT_EQ(
      RouteVerdict(route(1025)),
      "c.yaml:6: ^.match.path.regex: a regular expression has at most 1024 bytes, this one 1025");
}

TEST(RouteLengthTest, DirectBodiesEndAtOneMebibyte) {
  EXPECT_EQ(RouteVerdict(
                "{direct_response: {status: 200, body: " + std::string((1u << 20) + 1, 'a') + "}}"),
            "c.yaml:6: ^.direct_response.body: is larger than 1 MiB");
}

class DomainVerdictTest : public VerdictTest {};

TEST_P(DomainVerdictTest, NamesTheDomain) {
  EXPECT_EQ(
      Verdict("route_tables: [{name: r, virtual_hosts: [" + std::string(GetParam().text) + "]}]\n"),
      GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Domains, DomainVerdictTest,
    testing::Values(
        VerdictCase{"Good",
                    "{domains: [reviews, reviews.bookinfo.svc.cluster.local., 10.1.2.3, '[::1]', "
                    "'::2', '*.x.example', '*']}",
                    ""},
        VerdictCase{
            "None", "{}",
            "c.yaml:1: route_tables[0].virtual_hosts[0].domains: needs at least one domain"},
        VerdictCase{"Port", "{domains: ['a:80']}",
                    "c.yaml:1: route_tables[0].virtual_hosts[0].domains[0]: `a:80` is not a host "
                    "name without port, `*.suffix` or `*`"},
        VerdictCase{"WildcardInside", "{domains: ['a.*.b']}",
                    "c.yaml:1: route_tables[0].virtual_hosts[0].domains[0]: `a.*.b` is not a host "
                    "name without port, `*.suffix` or `*`"},
        VerdictCase{"SameWithoutCase", "{domains: [a, b]}, {domains: [B]}",
                    "c.yaml:1: route_tables[0].virtual_hosts[1].domains[0]: `B` is a domain of "
                    "route_tables[0].virtual_hosts[0] too"}),
    RowName<VerdictCase>);

TEST(RouteTableVerdictTest, NamesAreRequiredAndUnique) {
  EXPECT_EQ(Verdict("route_tables:\n- {}\n- name: a\n- name: a\n"),
            "c.yaml:2: route_tables[0].name: is required\nc.yaml:4: route_tables[2].name: `a` is "
            "the name of route_tables[1] too");
}

}  // namespace
}  // namespace outrigger::config
