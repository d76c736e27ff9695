#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace outrigger::v1 {
class RetryPolicy;
}

namespace outrigger::router {

/// When a route asks for another attempt (VirtualService `retries`, traffic API reference 3.8).
struct RetryPolicy {
  std::uint32_t attempts = 0;   ///< extra tries
  Duration per_try_timeout{0};  ///< 0: none
  Duration backoff = std::chrono::milliseconds(25);

  bool on_5xx = false;
  bool on_gateway_error = false;         // 502, 503, 504
  bool on_reset = false;                 // also before any response byte
  bool on_reset_before_request = false;  // the request had not left
  bool on_connect_failure = false;
  bool on_refused_stream = false;
  bool on_retriable_4xx = false;  // 409
  std::vector<int> on_status;

  RetryPolicy() = default;
  explicit RetryPolicy(const v1::RetryPolicy& config);
};

/// How far an attempt got, which decides whether repeating it could run it twice.
struct Attempt {
  bool request_left = false;      ///< a byte of the request may have reached the endpoint
  bool body_started = false;      ///< body bytes were taken from the client and are gone
  bool response_started = false;  ///< a final head was sent to the client
  bool maybe_stale = false;       ///< a used connection on which nothing came back
  bool idempotent = false;        ///< by its method (RFC 9110 §9.2.2)
};

/// Methods whose repetition does no harm.
bool IsIdempotent(std::string_view method);

/// Whether the failed attempt may be repeated at all: never when the app may already have run a
/// request that is not idempotent, never when its body or the client's response is under way.
bool MayRepeat(const Attempt& attempt);

/// Whether `policy` wants another attempt after this failure. The only place that decides;
/// MayRepeat is part of it.
bool IsRetryable(const Error& error, const Attempt& attempt, const RetryPolicy& policy);
/// The same after a response with this status.
bool IsRetryable(int status, const Attempt& attempt, const RetryPolicy& policy);

}  // namespace outrigger::router
