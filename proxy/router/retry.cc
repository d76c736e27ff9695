#include "proxy/router/retry.h"

#include <algorithm>
#include <charconv>

#include "api/outrigger/v1/config.pb.h"

namespace outrigger::router {

namespace {

Duration ToDuration(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

}  // namespace

RetryPolicy::RetryPolicy(const v1::RetryPolicy& config) : attempts(config.attempts()) {
  if (config.has_per_try_timeout()) per_try_timeout = ToDuration(config.per_try_timeout());
  if (config.has_backoff()) backoff = ToDuration(config.backoff());
  for (const std::string& token : config.retry_on()) {
    int status = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), status);
    if (error == std::errc() && end == token.data() + token.size()) on_status.push_back(status);
    on_5xx = on_5xx || token == "5xx";
    on_gateway_error = on_gateway_error || token == "gateway-error";
    on_reset = on_reset || token == "reset";
    on_reset_before_request = on_reset_before_request || token == "reset-before-request";
    on_connect_failure = on_connect_failure || token == "connect-failure";
    on_refused_stream = on_refused_stream || token == "refused-stream";
    on_retriable_4xx = on_retriable_4xx || token == "retriable-4xx";
  }
}

bool IsIdempotent(std::string_view method) {
  constexpr std::string_view kIdempotent[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::find(std::begin(kIdempotent), std::end(kIdempotent), method) != std::end(kIdempotent);
}

bool MayRepeat(const Attempt& attempt) {
  if (attempt.response_started || attempt.body_started) return false;
  return !attempt.request_left || attempt.idempotent;
}

bool IsRetryable(const Error& error, const Attempt& attempt, const RetryPolicy& policy) {
  if (error.side != Side::kUpstream || !MayRepeat(attempt)) return false;
  switch (error.code) {
    case ErrorCode::kConnectRefused:
    case ErrorCode::kConnectTimeout:
    case ErrorCode::kUnreachable:
      return policy.on_connect_failure || policy.on_5xx || policy.on_gateway_error ||
             policy.on_reset;
    case ErrorCode::kReset:
    case ErrorCode::kClosed:
      return policy.on_reset || policy.on_5xx || policy.on_gateway_error ||
             (policy.on_reset_before_request && !attempt.request_left);
    case ErrorCode::kTimeout:  // of one try; the route's own ends the request
      return policy.on_5xx || policy.on_gateway_error || policy.on_reset;
    case ErrorCode::kMalformed:
    case ErrorCode::kTooLarge:
    case ErrorCode::kUnsupported:
      return policy.on_5xx || policy.on_gateway_error;
    default:
      return false;
  }
}

bool IsRetryable(int status, const Attempt& attempt, const RetryPolicy& policy) {
  if (!MayRepeat(attempt)) return false;
  if (policy.on_5xx && status >= 500 && status <= 599) return true;
  if (policy.on_gateway_error && status >= 502 && status <= 504) return true;
  if (policy.on_retriable_4xx && status == 409) return true;
  return std::find(policy.on_status.begin(), policy.on_status.end(), status) !=
         policy.on_status.end();
}

}  // namespace outrigger::router
