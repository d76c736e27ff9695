#include "proxy/router/retry.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "api/outrigger/v1/config.pb.h"

namespace outrigger::router {
namespace {

RetryPolicy Policy(std::initializer_list<const char*> tokens) {
  v1::RetryPolicy config;
  config.set_attempts(2);
  for (const char* token : tokens) config.add_retry_on(token);
  return RetryPolicy(config);
}

TEST(RetryPolicy, DefaultsToABackoffOf25Milliseconds) {
  const RetryPolicy policy = Policy({});
  EXPECT_EQ(policy.attempts, 2u);
  EXPECT_EQ(policy.backoff, std::chrono::milliseconds(25));
  EXPECT_EQ(policy.per_try_timeout, Duration::zero());
}

TEST(RetryPolicy, ReadsItsDurations) {
  v1::RetryPolicy config;
  config.mutable_per_try_timeout()->set_nanos(250'000'000);
  config.mutable_backoff()->set_seconds(1);
  const RetryPolicy policy(config);
  EXPECT_EQ(policy.per_try_timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(policy.backoff, std::chrono::seconds(1));
}

struct MethodCase {
  const char* method;
  bool idempotent;
};
class IsIdempotentTest : public testing::TestWithParam<MethodCase> {};
TEST_P(IsIdempotentTest, FollowsRfc9110) {
  EXPECT_EQ(IsIdempotent(GetParam().method), GetParam().idempotent);
}
const MethodCase kMethods[] = {
    {"GET", true},      {"HEAD", true},  {"PUT", true},   {"DELETE", true},
    {"OPTIONS", true},  {"TRACE", true}, {"POST", false}, {"PATCH", false},
    {"CONNECT", false}, {"get", false},  {"LOCK", false},
};
INSTANTIATE_TEST_SUITE_P(All, IsIdempotentTest, testing::ValuesIn(kMethods),
                         [](const auto& row) { return std::string(row.param.method); });

// request_left, body_started, response_started, maybe_stale, idempotent
constexpr Attempt kNotSent{};
constexpr Attempt kSentGet{true, false, false, false, true};
constexpr Attempt kSentPost{true, false, false, false, false};

struct AttemptCase {
  const char* name;
  Attempt attempt;
  bool may;
};
class MayRepeatTest : public testing::TestWithParam<AttemptCase> {};
TEST_P(MayRepeatTest, NeverRunsARequestTwiceUnlessThatIsHarmless) {
  EXPECT_EQ(MayRepeat(GetParam().attempt), GetParam().may);
}
const AttemptCase kAttempts[] = {
    {"PostThatNeverLeft", kNotSent, true},
    {"GetThatNeverLeft", {false, false, false, false, true}, true},
    {"GetThatLeft", kSentGet, true},
    {"PostThatLeft", kSentPost, false},
    {"PostOnAStaleConnection", {true, false, false, true, false}, false},
    {"GetOnAStaleConnection", {true, false, false, true, true}, true},
    {"PutWhoseBodyIsUnderWay", {true, true, false, false, true}, false},
    {"BodyTakenButNothingSent", {false, true, false, false, true}, false},
    {"GetWhoseResponseIsUnderWay", {true, false, true, false, true}, false},
    {"AnsweredBeforeItLeft", {false, false, true, false, true}, false},
};
INSTANTIATE_TEST_SUITE_P(All, MayRepeatTest, testing::ValuesIn(kAttempts),
                         [](const auto& row) { return std::string(row.param.name); });

// Which token covers which failure of an endpoint (traffic API reference, section 3.8). `left`: of
// a GET that reached the endpoint; a failed connection never let it leave.
struct TokenCase {
  const char* name;
  const char* token;
  std::set<ErrorCode> errors;  ///< of an attempt that left
  std::set<int> statuses;
};

const std::set<ErrorCode> kConnectErrors = {ErrorCode::kConnectRefused, ErrorCode::kConnectTimeout,
                                            ErrorCode::kUnreachable};
const std::set<ErrorCode> kResets = {ErrorCode::kConnectRefused, ErrorCode::kConnectTimeout,
                                     ErrorCode::kUnreachable,    ErrorCode::kReset,
                                     ErrorCode::kClosed,         ErrorCode::kTimeout};
const std::set<ErrorCode> kAllThatGive5xx = {
    ErrorCode::kConnectRefused, ErrorCode::kConnectTimeout, ErrorCode::kUnreachable,
    ErrorCode::kReset,          ErrorCode::kClosed,         ErrorCode::kTimeout,
    ErrorCode::kMalformed,      ErrorCode::kTooLarge,       ErrorCode::kUnsupported};

const TokenCase kTokens[] = {
    {"FiveHundreds", "5xx", kAllThatGive5xx, {500, 501, 502, 503, 504, 599}},
    {"GatewayError", "gateway-error", kAllThatGive5xx, {502, 503, 504}},
    {"Reset", "reset", kResets, {}},
    {"ResetBeforeRequest", "reset-before-request", {}, {}},
    {"ConnectFailure", "connect-failure", kConnectErrors, {}},
    {"RefusedStream", "refused-stream", {}, {}},
    {"Retriable4xx", "retriable-4xx", {}, {409}},
    {"OneStatus", "418", {}, {418}},
    {"StatusWithTail", "418x", {}, {}},
    {"Unavailable", "unavailable", {}, {}},
    {"Cancelled", "cancelled", {}, {}},
    {"Nothing", "", {}, {}},
};

class RetryOnTest : public testing::TestWithParam<TokenCase> {};
INSTANTIATE_TEST_SUITE_P(All, RetryOnTest, testing::ValuesIn(kTokens),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(RetryOnTest, CoversTheseFailuresOfAnEndpointAndNoOther) {
  const RetryPolicy policy = Policy({GetParam().token});
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_EQ(IsRetryable(Error{code, Side::kUpstream, ""}, kSentGet, policy),
              GetParam().errors.contains(code))
        << code;
  }
}

TEST_P(RetryOnTest, CoversTheseStatusesAndNoOther) {
  const RetryPolicy policy = Policy({GetParam().token});
  for (const int status :
       {100, 200, 301, 400, 404, 408, 409, 418, 429, 499, 500, 501, 502, 503, 504, 505, 599, 600}) {
    const bool wanted = GetParam().statuses.contains(status) ||
                        (std::string(GetParam().token) == "5xx" && status == 505);
    EXPECT_EQ(IsRetryable(status, kSentGet, policy), wanted) << status;
  }
}

TEST_P(RetryOnTest, NeverCoversWhatAClientOrWeOurselvesCaused) {
  const RetryPolicy policy = Policy({GetParam().token});
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    for (const Side side : {Side::kDownstream, Side::kLocal}) {
      EXPECT_FALSE(IsRetryable(Error{static_cast<ErrorCode>(i), side, ""}, kNotSent, policy));
    }
  }
}

TEST_P(RetryOnTest, NeverRepeatsAPostThatLeft) {
  const RetryPolicy policy = Policy({GetParam().token});
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    EXPECT_FALSE(
        IsRetryable(Error{static_cast<ErrorCode>(i), Side::kUpstream, ""}, kSentPost, policy));
  }
  for (const int status : GetParam().statuses) {
    EXPECT_FALSE(IsRetryable(status, kSentPost, policy)) << status;
  }
}

TEST(IsRetryable, ResetBeforeRequestCoversAResetOfARequestThatNeverLeft) {
  const RetryPolicy policy = Policy({"reset-before-request"});
  EXPECT_TRUE(IsRetryable(Error{ErrorCode::kReset, Side::kUpstream, ""}, kNotSent, policy));
  EXPECT_TRUE(IsRetryable(Error{ErrorCode::kClosed, Side::kUpstream, ""}, kNotSent, policy));
}

TEST(IsRetryable, TokensAddUp) {
  const RetryPolicy policy = Policy({"connect-failure", "retriable-4xx", "503"});
  EXPECT_TRUE(
      IsRetryable(Error{ErrorCode::kConnectRefused, Side::kUpstream, ""}, kNotSent, policy));
  EXPECT_TRUE(IsRetryable(409, kSentGet, policy));
  EXPECT_TRUE(IsRetryable(503, kSentGet, policy));
  EXPECT_FALSE(IsRetryable(500, kSentGet, policy));
}

TEST(IsRetryable, IstiosDefaultPolicyDoesNotRepeatAPlain503) {
  const RetryPolicy policy =
      Policy({"connect-failure", "refused-stream", "unavailable", "cancelled"});
  EXPECT_FALSE(IsRetryable(503, kSentGet, policy));
}

TEST(IsRetryable, AnOpenCircuitBreakerIsNeverTriedAgain) {
  const RetryPolicy policy = Policy({"5xx", "gateway-error", "reset", "connect-failure"});
  EXPECT_FALSE(IsRetryable(Error{ErrorCode::kOverflow, Side::kUpstream, ""}, kNotSent, policy));
}

}  // namespace
}  // namespace outrigger::router
