#include "proxy/stream/local_reply.h"

#include <gtest/gtest.h>

#include <string>

namespace outrigger::stream {
namespace {

using metrics::Flag;

struct Case {
  const char* name;
  Side side;
  ErrorCode code;
  int status;
  Flag flag;
};

// Traffic API reference, section 11. Status 0: there is nobody to answer.
const Case kCases[] = {
    {"UpstreamTimeout", Side::kUpstream, ErrorCode::kTimeout, 504, Flag::kUpstreamRequestTimeout},
    {"UpstreamClosedEarly", Side::kUpstream, ErrorCode::kClosed, 503,
     Flag::kUpstreamConnectionTermination},
    {"UpstreamReset", Side::kUpstream, ErrorCode::kReset, 503,
     Flag::kUpstreamConnectionTermination},
    {"ConnectRefused", Side::kUpstream, ErrorCode::kConnectRefused, 503,
     Flag::kUpstreamConnectionFailure},
    {"ConnectTimeout", Side::kUpstream, ErrorCode::kConnectTimeout, 503,
     Flag::kUpstreamConnectionFailure},
    {"Unreachable", Side::kUpstream, ErrorCode::kUnreachable, 503,
     Flag::kUpstreamConnectionFailure},
    {"MalformedResponse", Side::kUpstream, ErrorCode::kMalformed, 502,
     Flag::kUpstreamProtocolError},
    {"ResponseHeadTooLarge", Side::kUpstream, ErrorCode::kTooLarge, 502,
     Flag::kUpstreamProtocolError},
    {"UnknownResponseCoding", Side::kUpstream, ErrorCode::kUnsupported, 502,
     Flag::kUpstreamProtocolError},
    {"PoolIsFull", Side::kUpstream, ErrorCode::kOverflow, 503, Flag::kUpstreamOverflow},

    {"ClientClosed", Side::kDownstream, ErrorCode::kClosed, 0,
     Flag::kDownstreamConnectionTermination},
    {"ClientReset", Side::kDownstream, ErrorCode::kReset, 0,
     Flag::kDownstreamConnectionTermination},
    {"RequestTooSlow", Side::kDownstream, ErrorCode::kTimeout, 408, Flag::kStreamIdleTimeout},
    {"RequestHeadTooSlow", Side::kDownstream, ErrorCode::kHeaderTimeout, 408, Flag::kNone},
    {"MalformedRequest", Side::kDownstream, ErrorCode::kMalformed, 400,
     Flag::kDownstreamProtocolError},
    {"RequestHeadTooLarge", Side::kDownstream, ErrorCode::kTooLarge, 431, Flag::kNone},
    {"UnknownRequestCoding", Side::kDownstream, ErrorCode::kUnsupported, 501, Flag::kNone},

    {"NoRoute", Side::kLocal, ErrorCode::kNoRoute, 404, Flag::kNoRouteFound},
    {"NoCluster", Side::kLocal, ErrorCode::kNoCluster, 503, Flag::kNoClusterFound},
    {"NoEndpoint", Side::kLocal, ErrorCode::kNoEndpoint, 503, Flag::kNoHealthyUpstream},
    {"QueueIsFull", Side::kLocal, ErrorCode::kOverflow, 503, Flag::kUpstreamOverflow},
    {"OutOfDescriptors", Side::kLocal, ErrorCode::kResource, 503, Flag::kUpstreamConnectionFailure},
    {"IdleTimeoutOfOurs", Side::kLocal, ErrorCode::kTimeout, 504, Flag::kUpstreamRequestTimeout},
    {"Stopped", Side::kLocal, ErrorCode::kStopped, 503, Flag::kLocalReset},
    {"BugOfOurs", Side::kLocal, ErrorCode::kInternal, 500, Flag::kNone},
};

class LocalReplyTest : public testing::TestWithParam<Case> {};

TEST_P(LocalReplyTest, MapsTheErrorToStatusAndFlag) {
  const Case& row = GetParam();
  const LocalReply reply = ToLocalReply({row.code, row.side, ""});
  EXPECT_EQ(reply.status, row.status);
  EXPECT_EQ(metrics::ToString(reply.flag), metrics::ToString(row.flag));
}

INSTANTIATE_TEST_SUITE_P(All, LocalReplyTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

bool HasRow(Side side, ErrorCode code) {
  for (const Case& row : kCases) {
    if (row.side == side && row.code == code) return true;
  }
  return false;
}

TEST(LocalReply, EveryOtherPairIsABugOfOursAndA500WithoutFlag) {
  for (const Side side : {Side::kDownstream, Side::kUpstream, Side::kLocal}) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
      const Error error{static_cast<ErrorCode>(code), side, ""};
      if (HasRow(side, error.code)) continue;
      EXPECT_EQ(ToLocalReply(error).status, 500) << error << ": give the new row a test";
      EXPECT_EQ(ToLocalReply(error).flag, Flag::kNone) << error;
    }
  }
}

TEST(LocalReply, EveryErrorCodeIsARowOfSomeSide) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    const auto error_code = static_cast<ErrorCode>(code);
    EXPECT_TRUE(HasRow(Side::kDownstream, error_code) || HasRow(Side::kUpstream, error_code) ||
                HasRow(Side::kLocal, error_code))
        << error_code;
  }
}

TEST(LocalReply, NoHealthyUpstreamReadsAsIstioSaysIt) {
  EXPECT_EQ(ToLocalReply({ErrorCode::kNoEndpoint, Side::kLocal, ""}).body, "no healthy upstream");
}

}  // namespace
}  // namespace outrigger::stream
