// The golden examples of the traffic API contract (section 12), asked of the compiled
// configuration. Rows about the network (timeouts that pass, endpoints that refuse) are here as
// the settings that make them happen; the data plane's own tests show that it obeys them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/control/interpreter.h"
#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

constexpr std::string_view kSubsets = R"(
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
  - {name: v3, labels: {version: v3}}
)";

// Service reviews with a pod of v1 and of v2 (none of v3) and the client, all in `default`.
class Golden : public MeshFixture {
 public:
  Golden() {
    AddService("reviews", 9080);
    Apply(kSubsets);
    AddPod("reviews", "v1");
    AddPod("reviews", "v2");
    AddPod("client");
  }

  // @param http  the list below `http:` in YAML's flow style.
  void ApplyRule(std::string_view http, std::string_view name = "reviews",
                 std::string_view more = {}) {
    Apply(
        fmt::format("apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                    "metadata: {{name: {}}}\nspec: {{hosts: [reviews], http: {}{}}}\n",
                    name, http, more));
  }

  std::string Ask(const Request& request) {
    return Answer(ConfigOf("default", "client-0"), "9080", request);
  }
  v1::Route RouteFor(const Request& request) {
    const v1::ProxyConfig config = ConfigOf("default", "client-0");
    const v1::Route* route = PickRoute(TableNamed(config, "9080"), request);
    return route == nullptr ? v1::Route() : *route;
  }
};

#define TO(version) "route: [{destination: {host: reviews, subset: " version "}}]"

struct Row {
  std::string_view name;
  std::string_view http;
  Request request;
  std::string_view want;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

constexpr std::string_view kExactA =
    "[{match: [{uri: {exact: /a}}], " TO("v1") "}, {" TO("v2") "}]";
constexpr std::string_view kPrefixFoo = "[{match: [{uri: {prefix: /foo}}], " TO("v1") "}]";
constexpr std::string_view kOrAnd =
    "[{match: [{uri: {prefix: /a}, headers: {x: {exact: '1'}}}, {headers: {'y': {}}}], " TO(
        "v1") "}, {" TO("v2") "}]";
constexpr std::string_view kJason =
    "[{match: [{headers: {end-user: {exact: Jason}}}], " TO("v1") "}, {" TO("v2") "}]";
constexpr std::string_view kNoDebug =
    "[{match: [{withoutHeaders: {debug: {}}}], " TO("v1") "}, {" TO("v2") "}]";

const Row kRows[] = {
    {"T01QueryIsIgnored", kExactA, {.path = "/a?x=1"}, "v1"},
    {"T02ExactIsExact", kExactA, {.path = "/a/"}, "v2"},
    {"T03PrefixIsRaw", kPrefixFoo, {.path = "/foobar"}, "v1"},
    {"T04NoRuleMatches", kPrefixFoo, {.path = "/bar"}, "404 NR"},
    {"T05IgnoreUriCase",
     "[{match: [{uri: {prefix: /Foo}, ignoreUriCase: true}], " TO("v1") "}, {" TO("v2") "}]",
     {.path = "/foo/x"},
     "v1"},
    {"T06RegexMatchesAll",
     "[{match: [{uri: {regex: '/p/[0-9]+'}}], " TO("v1") "}, {" TO("v2") "}]",
     {.path = "/p/12x"},
     "v2"},
    {"T07MatchesAreOred", kOrAnd, {.path = "/b", .headers = {{"y", "anything"}}}, "v1"},
    {"T08ConditionsAreAnded", kOrAnd, {.path = "/a", .headers = {{"x", "2"}}}, "v2"},
    {"T09HeaderValueHasCase", kJason, {.headers = {{"end-user", "jason"}}}, "v2"},
    {"T10HeaderNameHasNoCase", kJason, {.headers = {{"End-User", "Jason"}}}, "v1"},
    {"T11WithoutHeader", kNoDebug, {}, "v1"},
    {"T12WithHeader", kNoDebug, {.headers = {{"debug", "x"}}}, "v2"},
    {"T13EmptyQueryParam",
     "[{match: [{queryParams: {key: {exact: ''}}}], " TO("v1") "}, {" TO("v2") "}]",
     {.path = "/?key"},
     "v1"},
    {"T14QueryRegexMatchesAll",
     "[{match: [{queryParams: {key: {regex: '\\d+$'}}}], " TO("v1") "}, {" TO("v2") "}]",
     {.path = "/?key=a123"},
     "v2"},
    {"T15Method", "[{match: [{method: {exact: POST}}], " TO("v1") "}]", {}, "404 NR"},
    {"T16AuthorityHasItsPort",
     "[{match: [{authority: {exact: 'reviews:9080'}}], " TO("v1") "}, {" TO("v2") "}]",
     {.host = "reviews"},
     "v2"},
    {"T16AuthorityWithPort",
     "[{match: [{authority: {exact: 'reviews:9080'}}], " TO("v1") "}, {" TO("v2") "}]",
     {.host = "reviews:9080"},
     "v1"},
    {"T17Weights",
     "[{route: [{destination: {host: reviews, subset: v1}, weight: 30}, {destination: {host: "
     "reviews, subset: v2}, weight: 10}]}]",
     {},
     "v1:30 v2:10"},
    {"T18ZeroWeightIsDropped",
     "[{route: [{destination: {host: reviews, subset: v1}, weight: 0}, {destination: {host: "
     "reviews, subset: v2}, weight: 100}]}]",
     {},
     "v2"},
    {"T19SingleZeroWeightGetsAll",
     "[{route: [{destination: {host: reviews, subset: v1}, weight: 0}]}]",
     {},
     "v1"},
    {"T21UnknownSubset", "[{" TO("v9") "}]", {}, "503 NC"},
    {"T22SubsetWithoutPods", "[{" TO("v3") "}]", {}, "503 UH"},
    {"T23Redirect",
     "[{redirect: {uri: /new, authority: b.com}}]",
     {.path = "/old?q=1"},
     "301 http://b.com/new?q=1"},
    {"T24RedirectScheme",
     "[{redirect: {scheme: https, redirectCode: 308}}]",
     {.path = "/x"},
     "308 https://reviews/x"},
    {"T25RedirectPort",
     "[{redirect: {scheme: https, port: 8443}}]",
     {.path = "/x"},
     "301 https://reviews:8443/x"},
    {"T31DirectResponse",
     "[{directResponse: {status: 503, body: {string: down}}}]",
     {},
     "503 down"},
    {"T45MirrorPercentageZero",
     "[{" TO("v1") ", mirror: {host: reviews, subset: v2}, mirrorPercentage: {value: 0}}]",
     {},
     "v1"},
    {"T64SourceLabelsOfAnother",
     "[{match: [{sourceLabels: {app: a}}], " TO("v1") "}, {" TO("v2") "}]",
     {},
     "v2"},
    {"SourceLabelsOfTheClient",
     "[{match: [{sourceLabels: {app: client}}], " TO("v1") "}, {" TO("v2") "}]",
     {},
     "v1"},
    {"SourceNamespaceOfAnother",
     "[{match: [{sourceNamespace: other}], " TO("v1") "}, {" TO("v2") "}]",
     {},
     "v2"},
    {"GatewaysOfAMatchSwitchLabelsOff",
     "[{match: [{gateways: [mesh], sourceLabels: {app: a}}], " TO("v1") "}, {" TO("v2") "}]",
     {},
     "v1"},
    {"PortOfAnotherListener", "[{match: [{port: 80}], " TO("v1") "}, {" TO("v2") "}]", {}, "v2"},
    {"WithoutHeaderValue",
     "[{match: [{withoutHeaders: {x: {exact: '1'}}}], " TO("v1") "}, {" TO("v2") "}]",
     {.headers = {{"x", "1"}}},
     "v2"},
    {"WithoutHeaderValueWhenMissing",
     "[{match: [{withoutHeaders: {x: {exact: '1'}}}], " TO("v1") "}, {" TO("v2") "}]",
     {},
     "v1"},
    {"WithoutHeaderStarMeansAbsent",
     "[{match: [{withoutHeaders: {x: {regex: '*'}}}], " TO("v1") "}, {" TO("v2") "}]",
     {.headers = {{"x", ""}}},
     "v2"},
    {"RulesBehindACatchAllAreUnreachable", "[{" TO("v1") "}, {" TO("v2") "}]", {}, "v1"},
    {"RedirectPrefix",
     "[{match: [{uri: {prefix: /a}}], redirect: {prefixRewrite: /b}}]",
     {.path = "/a/x?q"},
     "301 http://reviews/b/x?q"},
    {"RedirectFromRequestPort",
     "[{redirect: {authority: b.com, derivePort: FROM_REQUEST_PORT}}]",
     {.path = "/x"},
     "301 http://b.com:9080/x"},
    {"RedirectFromProtocolDefault",
     "[{redirect: {scheme: https, derivePort: FROM_PROTOCOL_DEFAULT}}]",
     {.path = "/x", .host = "reviews:9080"},
     "301 https://reviews/x"},
    {"AllRulesForOthersMeansNoRule",
     "[{match: [{sourceLabels: {app: a}}], " TO("v1") "}]",
     {},
     "all"},
};

class GoldenRows : public testing::TestWithParam<Row> {};

TEST_P(GoldenRows, AnswersAsTheContractSays) {
  Golden mesh;
  mesh.ApplyRule(GetParam().http);
  ASSERT_FALSE(mesh.problems.has_errors()) << mesh.problems;
  EXPECT_EQ(mesh.Ask(GetParam().request), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Traffic, GoldenRows, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

struct RefusedRow {
  std::string_view name;
  std::string_view http;
  std::string_view want;
};
void PrintTo(const RefusedRow& row, std::ostream* out) { *out << row.name; }

const RefusedRow kRefused[] = {
    {"T20AllWeightsZero",
     "[{route: [{destination: {host: reviews, subset: v1}, weight: 0}, {destination: {host: "
     "reviews, subset: v2}, weight: 0}]}]",
     "spec.http[0].route: all weights are 0; give at least one destination a weight"},
    {"T26RedirectAndFault",
     "[{redirect: {uri: /x}, fault: {abort: {httpStatus: 500, percentage: {value: 1}}}}]",
     "spec.http[0].fault: has no meaning beside redirect; remove one"},
};

class GoldenRefused : public testing::TestWithParam<RefusedRow> {};

TEST_P(GoldenRefused, IsAnAdmissionError) {
  Golden mesh;
  mesh.ApplyRule(GetParam().http);
  ASSERT_EQ(mesh.problems.items().size(), 1u) << mesh.problems;
  EXPECT_EQ(mesh.problems.items()[0].severity, config::Severity::kError);
  EXPECT_EQ(ToString(mesh.problems.items()[0]),
            fmt::format("test.yaml:4: VirtualService default/reviews: {}", GetParam().want));
  EXPECT_EQ(mesh.store.Find(Kind::kVirtualService, "default", "reviews"), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Traffic, GoldenRefused, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

struct RewriteRow {
  std::string_view name;
  std::string_view http;
  std::string path;
  std::string_view want;
};
void PrintTo(const RewriteRow& row, std::ostream* out) { *out << row.name; }

const RewriteRow kRewrites[] = {
    {"T27Prefix", "[{match: [{uri: {prefix: /api/}}], rewrite: {uri: /}, " TO("v1") "}]",
     "/api/v1/u?x=1", "/v1/u?x=1"},
    {"T28Exact", "[{match: [{uri: {exact: /s}}], rewrite: {uri: /t}, " TO("v1") "}]", "/s", "/t"},
    {"T29Regex",
     "[{rewrite: {uriRegexRewrite: {match: '^/service/([^/]+)(/.*)$', rewrite: "
     "'\\2/inst/\\1'}}, " TO("v1") "}]",
     "/service/foo/v1/api", "/v1/api/inst/foo"},
    {"WithoutMatchThePrefixIsTheRoot", "[{rewrite: {uri: /b}, " TO("v1") "}]", "/a", "/ba"},
};

class GoldenRewrites : public testing::TestWithParam<RewriteRow> {};

TEST_P(GoldenRewrites, ChangeThePath) {
  Golden mesh;
  mesh.ApplyRule(GetParam().http);
  const Request request{.path = GetParam().path};
  EXPECT_EQ(UpstreamPath(mesh.RouteFor(request), request), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Traffic, GoldenRewrites, testing::ValuesIn(kRewrites),
                         [](const auto& row) { return std::string(row.param.name); });

// Rows about the other settings of a route, as the message says them.
struct SettingRow {
  std::string_view name;
  std::string_view http;
  std::string_view want;
};
void PrintTo(const SettingRow& row, std::ostream* out) { *out << row.name; }

#define DEFAULT_RETRY                                                                         \
  "retry { attempts: 2 retry_on: \"connect-failure\" retry_on: \"refused-stream\" retry_on: " \
  "\"unavailable\" retry_on: \"cancelled\" }"

const SettingRow kSettings[] = {
    {"T30RewriteAuthority", "[{rewrite: {authority: x.y}, " TO("v1") "}]",
     "rewrite { authority: \"x.y\" } " DEFAULT_RETRY},
    {"T32Timeout", "[{timeout: 1s, " TO("v1") "}]", "timeout { seconds: 1 } " DEFAULT_RETRY},
    {"T34T35DefaultRetries", "[{" TO("v1") "}]", DEFAULT_RETRY},
    {"T36RetryOn", "[{retries: {attempts: 3, retryOn: 5xx}, " TO("v1") "}]",
     "retry { attempts: 3 retry_on: \"5xx\" }"},
    {"T37NoRetries", "[{retries: {attempts: 0}, " TO("v1") "}]", ""},
    {"EmptyRetriesMeanNone", "[{retries: {}, " TO("v1") "}]", ""},
    {"T38PerTryTimeout",
     "[{timeout: 10s, retries: {attempts: 2, perTryTimeout: 1s, retryOn: gateway-error}, " TO(
         "v1") "}]",
     "timeout { seconds: 10 } retry { attempts: 2 per_try_timeout { seconds: 1 } retry_on: "
     "\"gateway-error\" }"},
    {"RetryBackoffAndCodes",
     "[{retries: {attempts: 1, backoff: 40ms, retryOn: 'reset,503,internal'}, " TO("v1") "}]",
     "retry { attempts: 1 retry_on: \"reset\" retry_on: \"503\" backoff { nanos: 40000000 } }"},
    {"T39Abort", "[{fault: {abort: {httpStatus: 400, percentage: {value: 100}}}, " TO("v1") "}]",
     DEFAULT_RETRY " fault { abort { status: 400 percent: 100 } }"},
    {"T40AbortWithoutPercentage", "[{fault: {abort: {httpStatus: 400}}, " TO("v1") "}]",
     DEFAULT_RETRY},
    {"T41Delay",
     "[{timeout: 1s, fault: {delay: {fixedDelay: 2s, percentage: {value: 100}}}, " TO("v1") "}]",
     "timeout { seconds: 1 } " DEFAULT_RETRY " fault { delay { duration { seconds: 2 } percent: "
     "100 } }"},
    {"DelayByDeprecatedPercent", "[{fault: {delay: {fixedDelay: 7s, percent: 50}}, " TO("v1") "}]",
     DEFAULT_RETRY " fault { delay { duration { seconds: 7 } percent: 50 } }"},
    {"T44Headers",
     "[{headers: {request: {set: {x: '1'}, add: {'y': b}, remove: [z]}}, " TO("v1") "}]",
     DEFAULT_RETRY " request_headers { set { name: \"x\" value: \"1\" } add { name: \"y\" value: "
                   "\"b\" } remove: \"z\" }"},
    {"SingleDestinationsHeadersComeLast",
     "[{headers: {request: {set: {x: route}}}, route: [{destination: {host: reviews, subset: v1}, "
     "headers: {request: {set: {x: destination}}}}]}]",
     DEFAULT_RETRY " request_headers { set { name: \"x\" value: \"route\" } set { name: \"x\" "
                   "value: \"destination\" } }"},
    {"HostHeaderIsARewrite",
     "[{headers: {request: {set: {Host: a.b, '100': 100%%}}}, " TO("v1") "}]",
     "rewrite { authority: \"a.b\" } " DEFAULT_RETRY " request_headers { set { name: \"100\" "
     "value: \"100%\" } }"},
};

class GoldenSettings : public testing::TestWithParam<SettingRow> {};

TEST_P(GoldenSettings, AreInTheRoute) {
  Golden mesh;
  mesh.ApplyRule(GetParam().http);
  v1::Route route = mesh.RouteFor({});
  EXPECT_EQ(NamesOf(route.clusters()), "outbound|9080|v1|reviews.default.svc.cluster.local");
  route.clear_clusters();
  std::string text = route.ShortDebugString();
  while (text.ends_with(' ')) text.pop_back();
  EXPECT_EQ(text, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Traffic, GoldenSettings, testing::ValuesIn(kSettings),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(GoldenHeaders, OfSeveralDestinationsStayWithThem) {
  Golden mesh;
  mesh.ApplyRule(
      "[{headers: {request: {set: {x: route}}}, route: [{destination: {host: reviews, subset: v1}, "
      "weight: 1, headers: {request: {set: {x: one}}}}, {destination: {host: reviews, subset: v2}, "
      "weight: 1}]}]");
  const v1::Route route = mesh.RouteFor({});
  EXPECT_EQ(route.request_headers().set(0).value(), "route");
  EXPECT_EQ(route.clusters(0).request_headers().set(0).value(), "one");
  EXPECT_FALSE(route.clusters(1).has_request_headers());
}

TEST(GoldenScope, T46GatewayOnlyRuleIsNotForSidecars) {
  Golden mesh;
  mesh.ApplyRule("[{" TO("v1") "}]", "reviews", ", gateways: [g]");
  EXPECT_EQ(mesh.Ask({}), "all");
}

TEST(GoldenScope, T47ShortNameMeansTheRulesNamespace) {
  Golden mesh;
  mesh.Apply(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
      "metadata: {name: reviews, namespace: other}\n"
      "spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}\n");
  EXPECT_EQ(mesh.Ask({}), "all");
}

std::string AgedRule(std::string_view name, std::string_view created, std::string_view http) {
  return fmt::format(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
      "metadata: {{name: {}, creationTimestamp: '{}'}}\n"
      "spec: {{hosts: [reviews], http: {}}}\n",
      name, created, http);
}

TEST(GoldenScope, T48TheOlderRuleOwnsTheHost) {
  Golden mesh;
  mesh.Apply(AgedRule("a-new", "2026-01-02T00:00:00Z", "[{" TO("v2") "}]"));
  mesh.Apply(AgedRule("b-old", "2026-01-01T00:00:00Z", "[{" TO("v1") "}]"));
  EXPECT_EQ(mesh.Ask({}), "v1");
}

TEST(GoldenScope, WithoutAgeTheNameDecides) {
  Golden mesh;
  mesh.ApplyRule("[{" TO("v2") "}]", "b");
  mesh.ApplyRule("[{" TO("v1") "}]", "a");
  EXPECT_EQ(mesh.Ask({}), "v1");
}

TEST(GoldenScope, T50NotExportedToTheClient) {
  Golden mesh;
  mesh.Apply(
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
      "metadata: {name: reviews, namespace: a}\n"
      "spec: {hosts: [reviews.default.svc.cluster.local], exportTo: [.], http: [{" TO(
          "v1") "}]}\n");
  EXPECT_EQ(mesh.Ask({}), "all");
}

TEST(GoldenScope, PrivateRulesComeBeforePublicOnes) {
  Golden mesh;
  mesh.Apply(AgedRule("public", "2020-01-01T00:00:00Z", "[{" TO("v1") "}]"));
  mesh.ApplyRule("[{" TO("v2") "}]", "private", ", exportTo: [.]");
  EXPECT_EQ(mesh.Ask({}), "v2");
}

TEST(GoldenScope, T62UnknownHostIsPassedThrough) {
  Golden mesh;
  EXPECT_EQ(mesh.Ask({.host = "unknown.example"}), "PassthroughCluster");
}

TEST(GoldenScope, T61RegistryOnlyAnswers502) {
  Golden mesh;
  mesh.options.outbound_policy = OutboundPolicy::kRegistryOnly;
  EXPECT_EQ(mesh.Ask({.host = "unknown.example"}), "502 ");
  EXPECT_EQ(ListenerNamed(mesh.ConfigOf("default", "client-0"), "virtualOutbound")
                .capture()
                .passthrough_cluster(),
            "BlackHoleCluster");
}

}  // namespace
}  // namespace outrigger::control
