#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace outrigger::control {

/// Words of VirtualService `retries.retryOn` (traffic-api 3.8).
enum class RetryToken : std::uint8_t {
  kKnown,    ///< the data plane acts on it (RetryPolicy.retry_on)
  kInert,    ///< part of the contract, not yet acted on
  kUnknown,  ///< nobody's word
};

/// The comma list as written, spaces included: a space makes a token unknown, as in Istio.
std::vector<std::string_view> SplitRetryOn(std::string_view retry_on);
RetryToken ClassifyRetryToken(std::string_view token);

/// What is retried when a route says nothing: things that prove the request was not handled. A
/// plain 503 answer is not among them.
inline constexpr std::string_view kDefaultRetryOn[] = {"connect-failure", "refused-stream",
                                                       "unavailable", "cancelled"};
inline constexpr unsigned kDefaultRetryAttempts = 2;

}  // namespace outrigger::control
