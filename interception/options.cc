#include "interception/options.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>

#include "absl/status/status.h"

namespace outrigger::interception {
namespace {

using AddressBytes = std::array<unsigned char, sizeof(in6_addr)>;

bool IsLoopback(Family family, const AddressBytes& bytes) {
  if (family == Family::kIpv4) return bytes[0] == 127;
  AddressBytes one{};
  one.back() = 1;
  return bytes == one;
}

void ClearHostBits(AddressBytes& bytes, int prefix_length) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int keep = prefix_length - static_cast<int>(i) * 8;
    if (keep >= 8) continue;
    const int mask = keep <= 0 ? 0 : 0xff << (8 - keep);
    bytes[i] = static_cast<unsigned char>(bytes[i] & mask);
  }
}

}  // namespace

std::string ToString(const Cidr& cidr) {
  return fmt::format("{}/{}", cidr.address, cidr.prefix_length);
}

std::ostream& operator<<(std::ostream& out, const Cidr& cidr) { return out << ToString(cidr); }

absl::StatusOr<Cidr> ParseCidr(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Cidr cidr;
  cidr.family = address.find(':') == std::string::npos ? Family::kIpv4 : Family::kIpv6;
  const int domain = cidr.family == Family::kIpv4 ? AF_INET : AF_INET6;
  const int longest = cidr.family == Family::kIpv4 ? 32 : 128;

  AddressBytes bytes{};
  if (inet_pton(domain, address.c_str(), bytes.data()) != 1) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is not an address range such as 10.0.0.0/8 or fd00::/8", text));
  }
  if (slash == std::string_view::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "\"{}\" has no prefix length; write {}/{} for the one address", text, address, longest));
  }
  const std::string_view length = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(length.data(), length.data() + length.size(), cidr.prefix_length);
  if (error != std::errc() || end != length.data() + length.size() || cidr.prefix_length < 0 ||
      cidr.prefix_length > longest) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\": the prefix length must be a number from 0 to {}", text, longest));
  }
  cidr.loopback = IsLoopback(cidr.family, bytes);
  ClearHostBits(bytes, cidr.prefix_length);
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  cidr.address = inet_ntop(domain, bytes.data(), canonical.data(), canonical.size());
  return cidr;
}

}  // namespace outrigger::interception
