#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace outrigger::metrics {

/// Why a response is not simply the upstream's own. The codes are the values of the
/// `response_flags` label and of the access log's %RESPONSE_FLAGS% (metrics reference section 3).
enum class Flag : std::uint8_t {
  kNone = 0,                         // never stored; marks an empty slot
  kNoHealthyUpstream,                // UH     cluster has no usable endpoint
  kUpstreamConnectionFailure,        // UF     connect refused, timed out, TLS handshake failed
  kUpstreamOverflow,                 // UO     circuit breaker
  kNoRouteFound,                     // NR     no route matched
  kNoClusterFound,                   // NC     the route points to an unknown cluster
  kUpstreamRetryLimitExceeded,       // URX    all retries used
  kUpstreamConnectionTermination,    // UC     upstream closed before the response was complete
  kUpstreamRemoteReset,              // UR     upstream reset the stream
  kLocalReset,                       // LR     this proxy reset the upstream stream
  kUpstreamRequestTimeout,           // UT     route or per-try timeout
  kUpstreamProtocolError,            // UPE    malformed upstream response
  kUpstreamMaxStreamDuration,        // UMSDR  upstream max stream duration
  kDownstreamConnectionTermination,  // DC     client closed before the response finished
  kDownstreamRemoteReset,            // DR     client cancelled one HTTP/2 stream
  kDownstreamProtocolError,          // DPE    malformed request after headers were accepted
  kDurationTimeout,                  // DT     connection outlived its maximum duration
  kStreamIdleTimeout,                // SI
  kDelayInjected,                    // DI
  kFaultInjected,                    // FI
  kFailedLocalHealthCheck,           // LH
  kInvalidEnvoyRequestHeaders,       // IH
  kRateLimited,                      // RL
  kRateLimitServiceError,            // RLSE
  kUnauthorizedExternalService,      // UAEX
  kResponseFromCacheFilter,          // RFCF
  kNoFilterConfigFound,              // NFCF
  kOverloadManagerTerminated,        // OM
  kDnsResolutionFailed,              // DF
  kDropOverload,                     // DO
  kUnconditionalDropOverload,        // UDO
  kCount,                            // number of values, not a flag
};

/// The short code, e.g. "UH"; empty for kNone.
std::string_view ToString(Flag flag);

/// An ordered set of at most eight flags in one word: the order in which they were set is part of
/// the label (`URX,UF`), so `UF,URX` is another value. Copying and comparing cost one instruction.
class ResponseFlags {
 public:
  constexpr ResponseFlags() = default;
  constexpr ResponseFlags(std::initializer_list<Flag> flags) {
    for (const Flag flag : flags) Set(flag);
  }

  /// Appends `flag` unless it is there already. A ninth flag is dropped: no path sets so many.
  constexpr void Set(Flag flag) {
    if (flag == Flag::kNone || Has(flag)) return;
    for (int shift = 0; shift < 64; shift += 8) {
      if (((packed_ >> shift) & 0xFF) == 0) {
        packed_ |= static_cast<std::uint64_t>(flag) << shift;
        return;
      }
    }
  }

  [[nodiscard]] constexpr bool Has(Flag flag) const {
    for (std::uint64_t rest = packed_; rest != 0; rest >>= 8) {
      if ((rest & 0xFF) == static_cast<std::uint64_t>(flag)) return flag != Flag::kNone;
    }
    return false;
  }

  [[nodiscard]] constexpr bool empty() const { return packed_ == 0; }
  /// First flag set in byte 0, and so on; equal words mean equal labels.
  [[nodiscard]] constexpr std::uint64_t packed() const { return packed_; }

  /// The label value: codes joined with ',' in the order they were set; "-" when there are none.
  [[nodiscard]] std::string ToString() const;
  void AppendTo(std::string* out) const;

  friend constexpr bool operator==(ResponseFlags a, ResponseFlags b) = default;

 private:
  std::uint64_t packed_ = 0;
};

std::ostream& operator<<(std::ostream& out, ResponseFlags flags);

}  // namespace outrigger::metrics
