#include "samples/bookinfo/forward_headers.h"

#include <gtest/gtest.h>

#include <string_view>

namespace bookinfo {
namespace {

struct Case {
  std::string_view name;
  bool productpage;
  bool reviews;
  bool details;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }
class ForwardHeadersTest : public testing::TestWithParam<Case> {};

const Case kCases[] = {
    {"X-Request-Id", true, true, true},
    {"x-b3-traceid", true, true, true},
    {"x-b3-spanid", true, true, true},
    {"x-b3-parentspanid", true, true, true},
    {"x-b3-sampled", true, true, true},
    {"x-b3-flags", true, true, true},
    {"traceparent", true, true, true},
    {"tracestate", true, true, true},
    {"x-ot-span-context", true, true, true},
    {"x-datadog-trace-id", true, true, true},
    {"x-datadog-parent-id", true, true, true},
    {"x-datadog-sampling-priority", true, true, true},
    {"x-cloud-trace-context", true, true, true},
    {"grpc-trace-bin", true, true, true},
    {"sw8", true, true, true},
    {"end-user", false, true, true},
    {"User-Agent", true, true, true},
    {"Cookie", true, true, true},
    {"Authorization", true, true, true},
    {"jwt", true, true, true},
    {"Host", false, false, false},
    {"Content-Length", false, false, false},
    {"Connection", false, false, false},
    {"Accept", false, false, false},
    {"Referer", false, false, false},
    {"x-forwarded-for", false, false, false},
};

TEST_P(ForwardHeadersTest, PassesOnWhatItsServiceShould) {
  outrigger::Headers incoming;
  incoming.Add(GetParam().name, "value");
  const auto forwarded = [&](Forwarder forwarder) {
    return ForwardHeaders(incoming, forwarder).Get(GetParam().name) == "value";
  };
  EXPECT_EQ(forwarded(Forwarder::kProductpage), GetParam().productpage);
  EXPECT_EQ(forwarded(Forwarder::kReviews), GetParam().reviews);
  EXPECT_EQ(forwarded(Forwarder::kDetails), GetParam().details);
}
INSTANTIATE_TEST_SUITE_P(Table, ForwardHeadersTest, testing::ValuesIn(kCases));

}  // namespace
}  // namespace bookinfo
