#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace outrigger::local {

/// An IPv4 address as a number in host byte order, so that ranges and offsets are arithmetic.
struct Ipv4 {
  std::uint32_t value = 0;

  static constexpr Ipv4 Of(unsigned a, unsigned b, unsigned c, unsigned d) {
    return Ipv4{(a << 24U) | (b << 16U) | (c << 8U) | d};
  }
  /// Dotted decimal, four parts, no leading zeros; anything else is empty.
  static std::optional<Ipv4> Parse(std::string_view text);

  [[nodiscard]] std::string ToString() const;
  friend auto operator<=>(const Ipv4&, const Ipv4&) = default;
};

inline std::ostream& operator<<(std::ostream& out, Ipv4 address) {
  return out << address.ToString();
}

/// The address plan of the node, Kubernetes' usual ranges.
inline constexpr Ipv4 kPodNetwork = Ipv4::Of(10, 244, 0, 0);     // /16
inline constexpr Ipv4 kNodeAddress = Ipv4::Of(10, 244, 0, 1);    // the bridge: every pod's gateway
inline constexpr Ipv4 kServiceNetwork = Ipv4::Of(10, 96, 0, 0);  // /16
inline constexpr Ipv4 kDnsAddress = Ipv4::Of(10, 96, 0, 10);     // kube-dns' usual place
inline constexpr int kRangePrefixLength = 16;

}  // namespace outrigger::local
