#include "metrics/edge.h"

#include <gtest/gtest.h>

namespace outrigger::metrics {
namespace {

TEST(Peer, IsUnknownWhereNothingIsKnownAndItsRevisionIsLatest) {
  const WorkloadLabels want{"unknown", "unknown", "unknown", "latest",
                            "unknown", "unknown", "unknown", "unknown"};
  EXPECT_EQ(UnknownPeer(), want);
}

TEST(Peer, KeepsWhatIsKnown) {
  const WorkloadLabels peer = Peer({.workload = "reviews-v2",
                                    .ns = "bookinfo",
                                    .canonical_name = "reviews",
                                    .canonical_revision = "v2",
                                    .app = "",
                                    .version = "v2",
                                    .cluster = "Kubernetes",
                                    .principal = ""});
  EXPECT_EQ(peer.workload, "reviews-v2");
  EXPECT_EQ(peer.canonical_revision, "v2");
  EXPECT_EQ(peer.app, "unknown");
  EXPECT_EQ(peer.principal, "unknown");
}

TEST(Own, LeavesMissingLabelsEmptyButNeverTheCanonicalOnes) {
  WorkloadLabels gateway;
  gateway.workload = "istio-ingressgateway";
  gateway.ns = "istio-system";
  const WorkloadLabels own = Own(gateway);
  EXPECT_EQ(own.version, "");
  EXPECT_EQ(own.app, "");
  EXPECT_EQ(own.canonical_name, "istio-ingressgateway");
  EXPECT_EQ(own.canonical_revision, "latest");
  EXPECT_EQ(own.principal, "unknown");
}

TEST(OverflowOf, HidesThePeerAndKeepsTheRest) {
  EdgeLabels edge;
  edge.source.workload = "a";
  edge.destination.workload = "b";
  edge.service.host = "b.example";
  edge.security = Security::kMutualTls;
  edge.reporter = Reporter::kSource;
  EXPECT_EQ(OverflowOf(edge).source, edge.source);
  EXPECT_EQ(OverflowOf(edge).destination.workload, "overflow");
  EXPECT_EQ(OverflowOf(edge).service.host, "overflow");
  EXPECT_EQ(OverflowOf(edge).security, Security::kMutualTls);
  edge.reporter = Reporter::kDestination;
  EXPECT_EQ(OverflowOf(edge).source.workload, "overflow");
  EXPECT_EQ(OverflowOf(edge).destination, edge.destination);
  EXPECT_EQ(OverflowOf(edge).service, edge.service);
}

struct Case {
  const char* name;
  int code;
  const char* text;
  const char* want;
};
class GrpcStatusTest : public testing::TestWithParam<Case> {};
TEST_P(GrpcStatusTest, FollowsTheContract) {
  EXPECT_EQ(ToString(ToGrpcStatus(GetParam().code, GetParam().text)), GetParam().want);
}
const Case kCases[] = {
    {"Ok", 200, "0", "0"},
    {"Unavailable", 200, "14", "14"},
    {"Highest", 200, "16", "16"},
    {"TooHigh", 200, "17", "-1"},
    {"Negative", 200, "-1", "-1"},
    {"NotANumber", 200, "fine", "-1"},
    {"TrailingText", 200, "1x", "-1"},
    {"Huge", 200, "99999999999999", "-1"},
    {"NothingBesideOk", 200, "", "2"},
    {"BadRequest", 400, "", "13"},
    {"Unauthorized", 401, "", "16"},
    {"Forbidden", 403, "", "7"},
    {"NotFound", 404, "", "12"},
    {"TooManyRequests", 429, "", "14"},
    {"BadGateway", 502, "", "14"},
    {"ServiceUnavailable", 503, "", "14"},
    {"GatewayTimeout", 504, "", "14"},
    {"OtherError", 500, "", "2"},
    {"NoCodeAtAll", 0, "", ""},
};
INSTANTIATE_TEST_SUITE_P(Table, GrpcStatusTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace outrigger::metrics
