#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "local/ipv4.h"

namespace outrigger::local {

/// The few rtnetlink requests (rtnetlink(7)) that lay the cables of the local mesh. Each call opens
/// its own socket in the network namespace of the calling thread, waits for the kernel's answer and
/// says in its error what was asked for. Names are interface names, at most 15 characters.
///
/// Own code instead of libnl: five requests, no state, and the `ip` program need not be installed.
namespace netlink {

absl::Status AddBridge(std::string_view name);
/// A cable: one end here, attached to `bridge`; the other end called `peer` in the namespace
/// `peer_ns` (a descriptor of /proc/PID/ns/net).
absl::Status AddCable(std::string_view name, std::string_view bridge, std::string_view peer,
                      int peer_ns);
absl::Status SetUp(std::string_view name);
absl::Status AddAddress(std::string_view name, Ipv4 address, int prefix_length);
/// A route to `destination`/`prefix_length` (0.0.0.0/0: the default route), directly on the link
/// when `gateway` is 0.0.0.0.
absl::Status AddRoute(std::string_view name, Ipv4 destination, int prefix_length, Ipv4 gateway);
/// Deletes a link; its other end goes with it. A link that is not there is fine.
absl::Status DeleteLink(std::string_view name);

}  // namespace netlink
}  // namespace outrigger::local
