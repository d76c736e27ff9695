// Kubernetes objects into messages of api/istio, and into protobuf's own types.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "api/istio/virtual_service.pb.h"
#include "proxy/config/duration.h"
#include "proxy/config/read.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

Document ReadOne(std::string_view text) {
  Problems problems;
  auto documents = ReadDocuments(text, "v.yaml", &problems);
  EXPECT_EQ(Report(problems), "");
  EXPECT_EQ(documents.size(), 1u);
  return documents.empty() ? Document() : documents[0];
}

/// The message at `pointer`; what was reported goes to `report`.
template <class Message>
Message Convert(std::string_view text, std::string_view pointer, std::string* report) {
  Message message;
  Problems problems;
  const bool ok = ToMessage(ReadOne(text), pointer, &message, &problems);
  EXPECT_EQ(ok, !problems.has_errors());
  *report = Report(problems);
  return message;
}

constexpr std::string_view kReviews = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - match:
    - headers:
        end-user: {exact: jason}
        x: {}
      ignoreUriCase: yes
    fault:
      delay: {fixedDelay: 7s, percentage: {value: 100}}
    route:
    - destination: {host: reviews, subset: v2, port: {number: 9080}}
      weight: 80
    retries: {}
    timeout: 1.5s
    corsPolicy: {allowCredentials: false, unmatchedPreflights: FORWARD}
  - directResponse: {status: 503, body: {bytes: aGk=}}
    timeout:
)";

TEST(ToMessageTest, ReadsAVirtualService) {
  std::string report;
  const auto service = Convert<istio::VirtualService>(kReviews, "/spec", &report);
  EXPECT_EQ(report, "");
  ASSERT_EQ(service.http_size(), 2);
  const istio::HttpRoute& route = service.http(0);
  EXPECT_EQ(route.match(0).headers().at("end-user").exact(), "jason");
  EXPECT_EQ(route.match(0).headers().at("x").ByteSizeLong(), 0u);
  EXPECT_TRUE(route.match(0).ignore_uri_case());
  EXPECT_EQ(ToChrono(route.fault().delay().fixed_delay()), std::chrono::seconds(7));
  EXPECT_EQ(route.fault().delay().percentage().value(), 100.0);
  EXPECT_EQ(route.route(0).destination().port().number(), 9080u);
  EXPECT_EQ(route.route(0).weight(), 80);
  EXPECT_EQ(ToChrono(route.timeout()), std::chrono::milliseconds(1500));
  EXPECT_EQ(route.cors_policy().unmatched_preflights(), istio::CorsPolicy::FORWARD);
  EXPECT_EQ(service.http(1).direct_response().body().bytes(), "hi");
}

TEST(ToMessageTest, AbsentNullAndEmptyDiffer) {
  std::string report;
  const auto service = Convert<istio::VirtualService>(kReviews, "/spec", &report);
  EXPECT_TRUE(service.http(0).has_retries());
  EXPECT_FALSE(service.http(1).has_retries());
  EXPECT_FALSE(service.http(1).has_timeout());
  EXPECT_TRUE(service.http(0).cors_policy().has_allow_credentials());
}

TEST(ToMessageTest, NothingThereIsAnEmptyMessage) {
  std::string report;
  EXPECT_EQ(
      Convert<istio::VirtualService>("kind: VirtualService\n", "/spec", &report).ByteSizeLong(),
      0u);
  EXPECT_EQ(report, "");
}

TEST(ToMessageTest, KeepsAnObjectWithUnknownFields) {
  std::string report;
  const auto service = Convert<istio::VirtualService>(
      "spec:\n  hosts: [a]\n  htpp: []\n  export_to: [x]\n", "/spec", &report);
  EXPECT_EQ(service.hosts(0), "a");
  EXPECT_EQ(report,
            "v.yaml:3: spec.htpp: not known, ignored; did you mean `http`?\n"
            "v.yaml:4: spec.export_to: not known, ignored; did you mean `exportTo`?");
}

TEST(ToMessageTest, TakesTheTwoDeprecatedSnakeNames) {
  std::string report;
  const auto service =
      Convert<istio::VirtualService>("spec: {http: [{mirror_percent: 5}]}\n", "/spec", &report);
  EXPECT_EQ(report, "");
  EXPECT_EQ(service.http(0).mirror_percent(), 5u);
}

struct Bad {
  const char* name;
  const char* spec;
  const char* want;
};

class BadSpecTest : public testing::TestWithParam<Bad> {};

TEST_P(BadSpecTest, NamesLineAndPath) {
  std::string report;
  const auto service = Convert<istio::VirtualService>(
      "kind: VirtualService\nspec: " + std::string(GetParam().spec), "/spec", &report);
  EXPECT_EQ(report, GetParam().want);
  EXPECT_EQ(service.ByteSizeLong(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Types, BadSpecTest,
    testing::Values(
        Bad{"SpecIsAList", "[]\n", "v.yaml:2: spec: needs a map, not a list"},
        Bad{"TextForNumber", "{http: [{route: [{weight: '80'}]}]}\n",
            "v.yaml:2: spec.http[0].route[0].weight: needs a whole number from -2147483648 to "
            "2147483647, not `80`"},
        Bad{"NumberForText", "{hosts: [1]}\n",
            "v.yaml:2: spec.hosts[0]: needs text, not the number 1; put it in quotes"},
        Bad{"BooleanForText", "\n  hosts:\n  - on\n",
            "v.yaml:4: spec.hosts[0]: needs text, not the boolean true; put it in quotes"},
        Bad{"VersionLabel", "{http: [{match: [{sourceLabels: {version: 1.1}}]}]}\n",
            "v.yaml:2: spec.http[0].match[0].sourceLabels.version: needs text, not the number "
            "1.1E0; put it in quotes"},
        Bad{"TextForBoolean", "{http: [{match: [{ignoreUriCase: 'true'}]}]}\n",
            "v.yaml:2: spec.http[0].match[0].ignoreUriCase: needs true or false, not `true`"},
        Bad{"NullInAMap", "{http: [{match: [{headers: {x: }}]}]}\n",
            "v.yaml:2: spec.http[0].match[0].headers.x: needs a map, not nothing"},
        Bad{"Duration", "{http: [{timeout: 5}]}\n",
            "v.yaml:2: spec.http[0].timeout: needs a duration like 250ms or 1m30s, not the number "
            "5"},
        Bad{"Enum", "{http: [{redirect: {derivePort: from_request_port}}]}\n",
            "v.yaml:2: spec.http[0].redirect.derivePort: needs one of FROM_PROTOCOL_DEFAULT, "
            "FROM_REQUEST_PORT, not "
            "`from_request_port`"},
        Bad{"Oneof", "{http: [{match: [{uri: {exact: /a, regex: /b}}]}]}\n",
            "v.yaml:2: spec.http[0].match[0].uri.regex: cannot stand beside `exact`; keep one of "
            "them"},
        Bad{"Base64", "{http: [{directResponse: {body: {bytes: '%'}}}]}\n",
            "v.yaml:2: spec.http[0].directResponse.body.bytes: needs base64, not `%`"}),
    RowName<Bad>);

TEST(WellKnownTypesTest, WrappersTakeTheirScalars) {
  std::string report;
  EXPECT_TRUE(Convert<google::protobuf::BoolValue>("x: true\n", "/x", &report).value());
  EXPECT_EQ(Convert<google::protobuf::UInt32Value>("x: 7\n", "/x", &report).value(), 7u);
  EXPECT_EQ(Convert<google::protobuf::DoubleValue>("x: 7\n", "/x", &report).value(), 7.0);
  EXPECT_EQ(Convert<google::protobuf::StringValue>("x: a\n", "/x", &report).value(), "a");
  EXPECT_EQ(
      Convert<google::protobuf::Int64Value>("x: '-9223372036854775808'\n", "/x", &report).value(),
      INT64_MIN);
  EXPECT_EQ(report, "");
  Convert<google::protobuf::UInt32Value>("x: 4294967296\n", "/x", &report);
  EXPECT_EQ(report,
            "v.yaml:1: x: needs a whole number from 0 to 4294967295, not the number 4294967296");
}

TEST(WellKnownTypesTest, StructsKeepAnyShape) {
  std::string report;
  const auto value =
      Convert<google::protobuf::Struct>("x: {a: 1, b: [yes, ~, {c: d}]}\n", "/x", &report);
  EXPECT_EQ(report, "");
  EXPECT_EQ(value.fields().at("a").number_value(), 1.0);
  const auto& list = value.fields().at("b").list_value();
  ASSERT_EQ(list.values_size(), 3);
  EXPECT_TRUE(list.values(0).bool_value());
  EXPECT_EQ(list.values(1).kind_case(), google::protobuf::Value::kNullValue);
  EXPECT_EQ(list.values(2).struct_value().fields().at("c").string_value(), "d");
}

}  // namespace
}  // namespace outrigger::config
