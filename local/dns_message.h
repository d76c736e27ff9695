#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "local/ipv4.h"

namespace outrigger::local {

/// The part of a DNS query (RFC 1035 §4.1) that a server of addresses needs.
struct DnsQuery {
  std::uint16_t id = 0;
  bool recursion_desired = false;
  std::string name;  ///< lower case, dots between labels, none at the end; the root is ""
  std::uint16_t type = 0;
  std::size_t question_end = 0;    ///< the question is bytes [12, question_end) of the packet
  std::size_t max_response = 512;  ///< from the OPT record (RFC 6891 §6.2.3), at most 1232
};

inline constexpr std::uint16_t kDnsTypeA = 1;
inline constexpr std::uint16_t kDnsTypeAaaa = 28;

enum class DnsCode : std::uint8_t {
  kOk = 0,
  kFormat = 1,
  kServerFailure = 2,
  kNoSuchName = 3,
  kNotImplemented = 4,
  kRefused = 5
};

/// What a received packet is.
struct DnsParse {
  /// Set: answer with this code instead of looking anything up.
  std::optional<DnsCode> refuse;
  /// Not even a header, or itself a response: stay silent, so that two servers never talk for ever.
  bool ignore = false;
  DnsQuery query;
};

/// Reads one packet. Reads nothing beyond it, follows no compression pointers (a question has
/// none), and takes time linear in its size.
DnsParse ParseDnsQuery(std::span<const std::uint8_t> packet);

/// Builds the answer to `query`, which was read from `packet`: the question and one A record for
/// each address that fits (the truncation flag is never set, because nobody here listens on TCP).
std::vector<std::uint8_t> BuildDnsResponse(std::span<const std::uint8_t> packet,
                                           const DnsQuery& query, DnsCode code,
                                           std::span<const Ipv4> addresses);

}  // namespace outrigger::local
