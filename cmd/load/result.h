#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/load/histogram.h"
#include "cmd/load/plan.h"

namespace outrigger::load {

/// Why a request got no complete answer.
enum class Failure : std::uint8_t {
  kConnectRefused,
  kConnectFailed,  // no route, out of ports or descriptors
  kTimeout,        // no connection or no complete answer within the plan's timeout
  kReset,          // the connection was cut
  kClosed,         // the connection ended in an orderly way, but too early
  kMalformed,      // what came was no HTTP/1.1 response
  kNotSent,        // open loop: due before the end, but no connection was free by then
};
inline constexpr std::size_t kFailures = 7;

std::string_view ToString(Failure failure);

struct TargetResult {
  std::map<int, std::uint64_t> statuses;
  std::array<std::uint64_t, kFailures> failures{};
  Histogram latency;  ///< of the answered ones, whatever their status
  std::uint64_t bytes_received = 0;

  [[nodiscard]] std::uint64_t answered() const { return latency.count(); }
  [[nodiscard]] std::uint64_t failed() const;
  void Merge(const TargetResult& other);
};

struct Result {
  std::vector<TargetResult> targets;  ///< in the order of the plan
  /// Idempotent requests sent a second time because the server had closed the idle connection just
  /// before (RFC 9112 §9.3.1); their latency counts from the first time.
  std::uint64_t resent = 0;
  std::uint64_t connects = 0;           ///< connections opened
  std::chrono::nanoseconds max_late{};  ///< open loop: longest time from due to sent
  std::chrono::nanoseconds elapsed{};   ///< until the last answer

  [[nodiscard]] TargetResult Total() const;
  void Merge(const Result& other);
};

/// Human and machine form of the same figures.
std::string ToText(const Plan& plan, const Result& result);
std::string ToJson(const Plan& plan, const Result& result);

}  // namespace outrigger::load
