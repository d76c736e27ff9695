#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace outrigger::interception {

enum class Family : std::uint8_t { kIpv4, kIpv6 };

/// An address range, host bits cleared: 10.1.2.3/8 is kept as 10.0.0.0/8.
struct Cidr {
  Family family = Family::kIpv4;
  std::string address;  ///< canonical text of the network address
  int prefix_length = 0;
  bool loopback = false;  ///< the address as written was within 127.0.0.0/8, or ::1

  friend bool operator==(const Cidr&, const Cidr&) = default;
};

/// "10.0.0.0/8", "fd00::/8".
std::string ToString(const Cidr& cidr);
std::ostream& operator<<(std::ostream& out, const Cidr& cidr);

/// Reads one range.
///
/// @return InvalidArgument when the text is no address, has no prefix length (a bare address is
///   refused rather than guessed, as Istio does), or a length its family does not have.
absl::StatusOr<Cidr> ParseCidr(std::string_view text);

/// `*`, or a list; an empty list selects nothing.
template <class T>
struct Selection {
  bool all = false;
  std::vector<T> list;

  [[nodiscard]] bool empty() const { return !all && list.empty(); }
  friend bool operator==(const Selection&, const Selection&) = default;
};

/// What a pod's traffic rules depend on: the inputs of BuildRuleset(). Names in parentheses are
/// Istio's flags (args.h reads them). Lists keep the order they were given in, since the order of
/// rules is part of the contract. The defaults are those of Istio's init container run by hand:
/// nothing is captured until inbound_ports or outbound_cidrs say so.
struct Options {
  std::uint16_t outbound_port = 15001;  ///< (-p) where captured outbound connections land
  std::uint16_t inbound_port = 15006;   ///< (-z) where captured inbound connections land
  std::uint16_t tunnel_port = 15008;    ///< (-e) never redirected: its listener does its own mTLS

  std::vector<std::uint32_t> proxy_uids = {1337};  ///< (-u) sockets of these users are the proxy's
  std::vector<std::uint32_t> proxy_gids = {1337};  ///< (-g)
  /// (--proxy-mark, ours) Sockets with this SO_MARK are the proxy's too. The local mesh needs it
  /// when it runs without root: a user namespace with a single id has no uid 1337.
  std::optional<std::uint32_t> proxy_mark = {};

  Selection<std::uint16_t> inbound_ports = {};             ///< (-b)
  std::vector<std::uint16_t> inbound_ports_exclude = {};   ///< (-d) counts only while (-b) is `*`
  Selection<Cidr> outbound_cidrs = {};                     ///< (-i)
  std::vector<Cidr> outbound_cidrs_exclude = {};           ///< (-x)
  std::vector<std::uint16_t> outbound_ports = {};          ///< (-q) captured whatever the address
  std::vector<std::uint16_t> outbound_ports_exclude = {};  ///< (-o)
  std::vector<std::string> exclude_interfaces = {};        ///< (-c) a trailing + matches any suffix
  std::vector<std::string> virtual_interfaces = {};  ///< (-k) what enters here counts as outbound
  Selection<std::uint32_t> owner_groups = {.all = true, .list = {}};  ///< apps that are captured
  std::vector<std::uint32_t> owner_groups_exclude = {};  ///< counts only while owner_groups is `*`

  /// What "explicit localhost" means for IPv4; for IPv6 it is always ::1/128.
  Cidr ipv4_loopback = {Family::kIpv4, "127.0.0.1", 32, true};

  bool drop_invalid = false;  ///< packets conntrack calls INVALID are dropped
  bool ipv6 = false;          ///< rules for IPv6 too (host.h: WantsIpv6)

  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace outrigger::interception
