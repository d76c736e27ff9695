// What is wrong inside an object, word for word.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

using config::Severity;

struct Row {
  std::string_view name;
  std::string_view kind;
  std::string_view spec;
  Severity severity;
  std::string_view want;  // field and message of the only problem; empty: none
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

#define RULE(more) "{hosts: [a], http: [{" more "}]}"
#define ROUTE "route: [{destination: {host: a}}]"
constexpr auto kError = Severity::kError;
constexpr auto kWarning = Severity::kWarning;

const Row kRows[] = {
    // VirtualService
    {"Good", "VirtualService", RULE(ROUTE), kError, ""},
    {"NoRules", "VirtualService", "{hosts: [a]}", kError,
     "spec: one of http, tls and tcp is required"},
    {"StarForSidecars", "VirtualService", "{hosts: ['*'], http: [{" ROUTE "}]}", kError,
     "spec.hosts[0]: '*' is only for gateways; sidecars need a host name"},
    {"OverlappingHosts", "VirtualService", "{hosts: [a.b.c, '*.b.c'], http: [{" ROUTE "}]}", kError,
     "spec.hosts[1]: 'a.b.c' and '*.b.c' overlap; keep one of them"},
    {"BadHost", "VirtualService", "{hosts: [a_b..c], http: [{" ROUTE "}]}", kError,
     "spec.hosts[0]: 'a_b..c' is not a DNS name"},
    {"BadGateway", "VirtualService", "{hosts: [a], gateways: [./g], http: [{" ROUTE "}]}", kError,
     "spec.gateways[0]: './g' does not name a Gateway; write name, namespace/name or mesh"},
    {"OldGatewayName", "VirtualService",
     "{hosts: [a], gateways: [g.ns.svc.cluster.local], http: [{" ROUTE "}]}", kWarning,
     "spec.gateways[0]: 'g.ns.svc.cluster.local': naming a Gateway like a host is deprecated; "
     "write namespace/name"},
    {"ExportToStarAndMore", "VirtualService",
     "{hosts: [a], exportTo: ['*', b], http: [{" ROUTE "}]}", kError,
     "spec.exportTo[0]: '*' must be the only entry"},
    {"ExportToTwice", "VirtualService", "{hosts: [a], exportTo: [., default], http: [{" ROUTE "}]}",
     kError, "spec.exportTo[1]: 'default' is there twice"},
    {"NoAction", "VirtualService", RULE("name: x"), kError,
     "spec.http[0]: one of route, redirect and directResponse is required"},
    {"TwoActions", "VirtualService", RULE(ROUTE ", redirect: {uri: /x}"), kError,
     "spec.http[0]: only one of route, redirect and directResponse is possible"},
    {"EmptyRewrite", "VirtualService", RULE(ROUTE ", rewrite: {}"), kError,
     "spec.http[0].rewrite: one of uri, uriRegexRewrite and authority is required"},
    {"RewriteGroupMissing", "VirtualService",
     RULE(ROUTE ", rewrite: {uriRegexRewrite: {match: a, rewrite: '\\1'}}"), kError,
     "spec.http[0].rewrite.uriRegexRewrite.rewrite: does not fit the expression: Rewrite schema "
     "requests 1 matches, but the regexp only has 0 parenthesized subexpressions."},
    {"EmptyRedirect", "VirtualService", RULE("redirect: {}"), kError,
     "spec.http[0].redirect: one of uri, prefixRewrite, authority, port, derivePort, scheme is "
     "required"},
    {"RedirectCode", "VirtualService", RULE("redirect: {uri: /x, redirectCode: 304}"), kError,
     "spec.http[0].redirect.redirectCode: 304 is not one of 301, 302, 303, 307, 308"},
    {"RedirectScheme", "VirtualService", RULE("redirect: {scheme: ftp}"), kError,
     "spec.http[0].redirect.scheme: 'ftp' is neither http nor https"},
    {"PrefixRewriteNeedsPrefixes", "VirtualService",
     RULE("match: [{uri: {exact: /a}}], redirect: {prefixRewrite: /b}"), kError,
     "spec.http[0].redirect.prefixRewrite: needs matches with uri.prefix only"},
    {"TimeoutTooShort", "VirtualService", RULE(ROUTE ", timeout: 100us"), kError,
     "spec.http[0].timeout: 100us is too short; the least is 1ms"},
    {"TimeoutNotWholeMilliseconds", "VirtualService", RULE(ROUTE ", timeout: 1.5ms"), kError,
     "spec.http[0].timeout: 1500us: only whole milliseconds are possible"},
    {"BadRegex", "VirtualService", RULE("match: [{uri: {regex: '('}}], " ROUTE), kError,
     "spec.http[0].match[0].uri.regex: '(' is not an RE2 expression: missing ): ("},
    {"EmptyPrefixOfAMethod", "VirtualService", RULE("match: [{method: {prefix: ''}}], " ROUTE),
     kError,
     "spec.http[0].match[0].method.prefix: is empty; leave the field out to match everything"},
    {"StarIsNoRegexElsewhere", "VirtualService",
     RULE("match: [{headers: {x: {regex: '*'}}}], " ROUTE), kError,
     "spec.http[0].match[0].headers.x.regex: '*' is not an RE2 expression: no argument for "
     "repetition operator: *"},
    {"PseudoHeader", "VirtualService", RULE("match: [{headers: {':path': {exact: /}}}], " ROUTE),
     kError,
     "spec.http[0].match[0].headers[\":path\"]: ':path' is not a header name; method, authority, "
     "scheme and uri have fields of their own"},
    {"ClaimAtASidecar", "VirtualService",
     RULE("match: [{headers: {'@request.auth.claims.x': {exact: 'y'}}}], " ROUTE), kError,
     "spec.http[0].match[0].headers[\"@request.auth.claims.x\"]: JWT claims can be matched at "
     "gateways only; name one in spec.gateways"},
    {"NegativeAttempts", "VirtualService", RULE(ROUTE ", retries: {attempts: -1}"), kError,
     "spec.http[0].retries.attempts: -1 is negative"},
    {"AttemptsZeroAndMore", "VirtualService", RULE(ROUTE ", retries: {retryOn: 5xx}"), kError,
     "spec.http[0].retries.attempts: 0 disables retries; the other fields need at least 1"},
    {"RetryOnWithBlank", "VirtualService",
     RULE(ROUTE ", retries: {attempts: 1, retryOn: 'reset, 5xx'}"), kError,
     "spec.http[0].retries.retryOn: ' 5xx' is not a retry condition (comma list without spaces)"},
    {"RetryOnNotYet", "VirtualService",
     RULE(ROUTE ", retries: {attempts: 1, retryOn: envoy-ratelimited}"), kWarning,
     "spec.http[0].retries.retryOn: 'envoy-ratelimited' is not yet effective"},
    {"EmptyFault", "VirtualService", RULE(ROUTE ", fault: {}"), kError,
     "spec.http[0].fault: one of delay and abort is required"},
    {"PercentTooLarge", "VirtualService",
     RULE(ROUTE ", fault: {abort: {httpStatus: 500, percentage: {value: 101}}}"), kError,
     "spec.http[0].fault.abort.percentage.value: 101 is not a percentage (0, or 0.0001 to 100)"},
    {"AbortWithoutPercentage", "VirtualService", RULE(ROUTE ", fault: {abort: {httpStatus: 500}}"),
     kWarning, "spec.http[0].fault.abort: without percentage no request is aborted"},
    {"GrpcAbort", "VirtualService",
     RULE(ROUTE ", fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 1}}}"), kWarning,
     "spec.http[0].fault.abort.grpcStatus: grpcStatus is not yet effective"},
    {"ExponentialDelay", "VirtualService",
     RULE(ROUTE ", fault: {delay: {exponentialDelay: 1s, fixedDelay: 1s, percentage: {value: 1}}}"),
     kError,
     "spec.http[0].fault.delay.exponentialDelay: is not implemented by anyone; use fixedDelay"},
    {"HostTwice", "VirtualService",
     RULE(ROUTE ", rewrite: {authority: x}, headers: {request: {set: {host: 'y'}}}"), kError,
     "spec.http[0].rewrite.authority: the host is also set in headers.request; remove one"},
    {"HostInResponse", "VirtualService", RULE(ROUTE ", headers: {response: {set: {host: x}}}"),
     kError,
     "spec.http[0].headers.response.set.host: the host can only be set or added on requests"},
    {"FramingHeader", "VirtualService",
     RULE(ROUTE ", headers: {request: {remove: [Content-Length]}}"), kWarning,
     "spec.http[0].headers.request.remove[0]: Content-Length is written by the proxy and cannot be "
     "changed; ignored"},
    {"Substitution", "VirtualService",
     RULE(ROUTE ", headers: {request: {set: {x: '%DOWNSTREAM_REMOTE_ADDRESS%'}}}"), kWarning,
     "spec.http[0].headers.request.set.x: the substitution in '%DOWNSTREAM_REMOTE_ADDRESS%' (sent "
     "as written; a percent sign is %%) is not yet effective"},
    {"DestinationStar", "VirtualService", RULE("route: [{destination: {host: '*'}}]"), kError,
     "spec.http[0].route[0].destination.host: '*' is not a destination; name one host"},
    {"SubsetName", "VirtualService", RULE("route: [{destination: {host: a, subset: V_1}}]"), kError,
     "spec.http[0].route[0].destination.subset: 'V_1' is not a subset name (lower case letters, "
     "digits, dashes)"},
    {"PortRange", "VirtualService",
     RULE("route: [{destination: {host: a, port: {number: 70000}}}]"), kError,
     "spec.http[0].route[0].destination.port.number: 70000 is not a port (1 to 65535)"},
    {"NegativeWeight", "VirtualService", RULE("route: [{destination: {host: a}, weight: -1}]"),
     kError, "spec.http[0].route[0].weight: -1 is negative"},
    {"Mirror", "VirtualService", RULE(ROUTE ", mirror: {host: b}"), kWarning,
     "spec.http[0].mirror: mirror is not yet effective"},
    {"Cors", "VirtualService", RULE(ROUTE ", corsPolicy: {allowOrigins: [{exact: a}]}"), kWarning,
     "spec.http[0].corsPolicy: corsPolicy is not yet effective"},
    {"Delegate", "VirtualService", RULE("delegate: {name: b}"), kWarning,
     "spec.http[0].delegate: delegate is not yet effective"},
    {"TcpRoutes", "VirtualService", "{hosts: [a], tcp: [{" ROUTE "}]}", kWarning,
     "spec.tcp: tcp is not yet effective"},
    {"UnknownField", "VirtualService", RULE(ROUTE ", retires: {attempts: 3}"), kWarning, "?"},
    // DestinationRule
    {"EmptyPolicy", "DestinationRule", "{host: a, trafficPolicy: {}}", kError,
     "spec.trafficPolicy: is empty; leave it out or fill it"},
    {"SubsetTwice", "DestinationRule", "{host: a, subsets: [{name: v1}, {name: v1}]}", kError,
     "spec.subsets[1].name: 'v1' is there twice"},
    {"EmptyPool", "DestinationRule", "{host: a, trafficPolicy: {connectionPool: {}}}", kError,
     "spec.trafficPolicy.connectionPool: one of tcp and http is required"},
    {"OutlierDetection", "DestinationRule",
     "{host: a, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1}}}", kWarning,
     "spec.trafficPolicy.outlierDetection: outlierDetection is not yet effective"},
    {"ConsistentHash", "DestinationRule",
     "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x}}}}", kWarning,
     "spec.trafficPolicy.loadBalancer.consistentHash: consistentHash is not yet effective"},
    {"SelectorForOthers", "DestinationRule",
     "{host: a, workloadSelector: {matchLabels: {a: b}}, exportTo: [x], subsets: [{name: "
     "'-'}]}",
     kError, "?"},
    // Gateway
    {"GatewayGood", "Gateway",
     "{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}", kError, ""},
    {"NoServers", "Gateway", "{selector: {a: b}}", kError,
     "spec.servers: at least one is required"},
    {"NoHosts", "Gateway", "{servers: [{port: {number: 80, name: http, protocol: HTTP}}]}", kError,
     "spec.servers[0].hosts: is required; '*' takes every host"},
    {"ShortServerHost", "Gateway",
     "{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [reviews]}]}", kError,
     "spec.servers[0].hosts[0]: 'reviews': short names are not possible here; write the full host "
     "name"},
    {"PartialWildcard", "Gateway",
     "{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*-a.foo.com']}]}",
     kError,
     "spec.servers[0].hosts[0]: '*-a.foo.com': a wildcard stands for whole labels, as in "
     "*.example.com"},
    {"BadProtocol", "Gateway",
     "{servers: [{port: {number: 80, name: http, protocol: SMTP}, hosts: ['*']}]}", kError,
     "spec.servers[0].port.protocol: 'SMTP' is not one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TCP, "
     "TLS, MONGO, REDIS, MYSQL"},
    {"TlsOnHttp", "Gateway",
     "{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*'], tls: {mode: "
     "SIMPLE}}]}",
     kError, "spec.servers[0].tls: only httpsRedirect is possible on an HTTP server"},
    {"PortNameTwice", "Gateway",
     "{servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}, {port: {number: 81, "
     "name: a, protocol: HTTP}, hosts: ['*']}]}",
     kError, "spec.servers[1].port.name: 'a' is there twice"},
    {"Bind", "Gateway",
     "{servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], bind: 127.0.0.1}]}",
     kWarning, "spec.servers[0].bind: bind is not yet effective"},
};

class Admission : public testing::TestWithParam<Row> {};

TEST_P(Admission, SaysWhatIsWrong) {
  const Row& row = GetParam();
  MeshFixture mesh;
  mesh.Apply(
      fmt::format("apiVersion: networking.istio.io/v1\nkind: {}\nmetadata: {{name: x}}\nspec: {}\n",
                  row.kind, row.spec));
  const bool in_force = !mesh.store.resources().empty();
  EXPECT_EQ(in_force, !mesh.problems.has_errors()) << "only errors refuse an object";
  if (row.want == "?") {  // several, or another room's wording
    ASSERT_FALSE(mesh.problems.empty());
    EXPECT_EQ(mesh.problems.has_errors(), row.severity == kError) << mesh.problems;
    return;
  }
  if (row.want.empty()) {
    EXPECT_TRUE(mesh.problems.empty()) << mesh.problems;
    return;
  }
  ASSERT_EQ(mesh.problems.items().size(), 1u) << mesh.problems;
  const config::Problem& problem = mesh.problems.items()[0];
  EXPECT_EQ(ToString(problem), fmt::format("test.yaml:4: {} default/x: {}", row.kind, row.want));
  EXPECT_EQ(problem.severity, row.severity);
}

INSTANTIATE_TEST_SUITE_P(Objects, Admission, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(AdmissionLines, PointAtTheField) {
  MeshFixture mesh;
  mesh.Apply(R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: [reviews]
  http:
  - route:
    - destination:
        host: reviews
    timeout: 10us
)",
             "reviews.yaml");
  ASSERT_EQ(mesh.problems.items().size(), 1u);
  EXPECT_EQ(ToString(mesh.problems.items()[0]),
            "reviews.yaml:11: VirtualService default/reviews: spec.http[0].timeout: 10us is too "
            "short; the least is 1ms");
}

TEST(AdmissionOfServices, Rows) {
  const struct {
    std::string_view spec;
    std::string_view want;
  } rows[] = {
      {"{selector: {a: b}}", "spec.ports: at least one port is required"},
      {"{ports: [{port: 0}]}", "spec.ports[0].port: is not a port (1 to 65535)"},
      {"{ports: [{port: 80, name: a}, {port: 80, name: b}]}",
       "spec.ports[1].port: 80 is there twice"},
      {"{clusterIP: nowhere, ports: [{port: 80}]}",
       "spec.clusterIP: 'nowhere' is not an IP address; write one, None, or leave it out"},
      {"{type: ExternalName, externalName: a.com}",
       "spec.type: ExternalName: routing by this Service is not yet effective"},
  };
  for (const auto& row : rows) {
    MeshFixture mesh;
    mesh.Apply(
        fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: x}}\nspec: {}\n", row.spec));
    ASSERT_EQ(mesh.problems.items().size(), 1u) << row.spec << mesh.problems;
    EXPECT_EQ(ToString(mesh.problems.items()[0]),
              fmt::format("test.yaml:4: Service default/x: {}", row.want));
  }
}

}  // namespace
}  // namespace outrigger::control
