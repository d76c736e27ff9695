#include "local/dns_message.h"

#include <algorithm>

namespace outrigger::local {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kMaxNameSize = 255;  // RFC 1035 §2.3.4
constexpr std::size_t kMaxLabelSize = 63;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::size_t kLargestResponse = 1232;  // fits any path without fragments
constexpr std::size_t kAnswerSize = 16;
// Short, as in CoreDNS' kubernetes plugin: addresses of headless Services come and go.
constexpr std::uint32_t kTimeToLive = 5;

std::uint16_t Read16(std::span<const std::uint8_t> packet, std::size_t at) {
  return static_cast<std::uint16_t>(packet[at] << 8U | packet[at + 1]);
}

void Append16(std::vector<std::uint8_t>& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

void Append32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  Append16(out, static_cast<std::uint16_t>(value >> 16U));
  Append16(out, static_cast<std::uint16_t>(value));
}

char Lower(std::uint8_t byte) {
  return static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/// Reads the name at `at` and moves past it. @return false when it is cut short, too long or
/// compressed.
bool ReadName(std::span<const std::uint8_t> packet, std::size_t& at, std::string& name) {
  const std::size_t start = at;
  while (at < packet.size()) {
    const std::size_t length = packet[at++];
    if (length == 0) return true;
    if (length > kMaxLabelSize || at + length > packet.size() || at + length - start > kMaxNameSize)
      return false;
    if (!name.empty()) name.push_back('.');
    for (std::size_t i = 0; i < length; ++i) name.push_back(Lower(packet[at + i]));
    at += length;
  }
  return false;
}

/// Finds the size the asker can take. Clients put OPT directly behind the question, with the root
/// as its name; one elsewhere is not looked for, and the answer is then the small one.
std::size_t ResponseLimit(std::span<const std::uint8_t> packet, std::size_t at) {
  if (Read16(packet, 10) == 0 || at + 5 > packet.size()) return 512;
  if (packet[at] != 0 || Read16(packet, at + 1) != kTypeOpt) return 512;
  return std::clamp<std::size_t>(Read16(packet, at + 3), 512, kLargestResponse);
}

}  // namespace

DnsParse ParseDnsQuery(std::span<const std::uint8_t> packet) {
  DnsParse parse;
  DnsQuery& query = parse.query;
  if (packet.size() < kHeaderSize || (packet[2] & 0x80U) != 0) {
    parse.ignore = true;
    return parse;
  }
  query.id = Read16(packet, 0);
  query.recursion_desired = (packet[2] & 1U) != 0;
  query.question_end = kHeaderSize;
  if (((packet[2] >> 3U) & 15U) != 0) {
    parse.refuse = DnsCode::kNotImplemented;
    return parse;
  }
  std::size_t at = kHeaderSize;
  if (Read16(packet, 4) != 1 || !ReadName(packet, at, query.name) || at + 4 > packet.size()) {
    parse.refuse = DnsCode::kFormat;
    return parse;
  }
  query.type = Read16(packet, at);
  if (Read16(packet, at + 2) != kClassIn) parse.refuse = DnsCode::kRefused;
  query.question_end = at + 4;
  query.max_response = ResponseLimit(packet, query.question_end);
  return parse;
}

std::vector<std::uint8_t> BuildDnsResponse(std::span<const std::uint8_t> packet,
                                           const DnsQuery& query, DnsCode code,
                                           std::span<const Ipv4> addresses) {
  const bool has_question = query.question_end > kHeaderSize;
  const std::size_t room = (query.max_response - query.question_end) / kAnswerSize;
  const std::size_t answers = has_question ? std::min(addresses.size(), room) : 0;
  std::vector<std::uint8_t> out;
  out.reserve(query.question_end + answers * kAnswerSize);
  Append16(out, query.id);
  // Response, authoritative; recursion available, or resolvers go on asking others.
  out.push_back(static_cast<std::uint8_t>(0x84U | (query.recursion_desired ? 1U : 0U)));
  out.push_back(static_cast<std::uint8_t>(0x80U | static_cast<unsigned>(code)));
  Append16(out, has_question ? 1 : 0);
  Append16(out, static_cast<std::uint16_t>(answers));
  Append32(out, 0);
  if (has_question)
    out.insert(out.end(), packet.begin() + kHeaderSize,
               packet.begin() + static_cast<std::ptrdiff_t>(query.question_end));
  for (const Ipv4 address : addresses.first(answers)) {
    Append16(out, 0xC000U | kHeaderSize);  // the name of the question
    Append16(out, kDnsTypeA);
    Append16(out, kClassIn);
    Append32(out, kTimeToLive);
    Append16(out, 4);
    Append32(out, address.value);
  }
  return out;
}

}  // namespace outrigger::local
