#include "control/retry_token.h"

#include <algorithm>

#include "control/text.h"

namespace outrigger::control {
namespace {

constexpr std::string_view kKnownTokens[] = {"5xx",
                                             "gateway-error",
                                             "reset",
                                             "reset-before-request",
                                             "connect-failure",
                                             "refused-stream",
                                             "retriable-4xx",
                                             "unavailable",
                                             "cancelled"};

constexpr std::string_view kInertTokens[] = {"retriable-status-codes", "retriable-headers",
                                             "envoy-ratelimited",      "http3-post-connect-failure",
                                             "deadline-exceeded",      "internal",
                                             "resource-exhausted"};

bool IsStatusCode(std::string_view token) {
  return token.size() == 3 && token.front() >= '1' && token.front() <= '5' &&
         std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<std::string_view> SplitRetryOn(std::string_view retry_on) {
  if (retry_on.empty()) return {};
  return Split(retry_on, ',');
}

RetryToken ClassifyRetryToken(std::string_view token) {
  if (std::ranges::find(kKnownTokens, token) != std::end(kKnownTokens) || IsStatusCode(token)) {
    return RetryToken::kKnown;
  }
  if (std::ranges::find(kInertTokens, token) != std::end(kInertTokens)) return RetryToken::kInert;
  return RetryToken::kUnknown;
}

}  // namespace outrigger::control
