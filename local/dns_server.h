#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "local/dns_zone.h"
#include "local/ipv4.h"
#include "local/poll_loop.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Answers the pods' questions on UDP port 53 of the node's DNS address. Unknown names get
/// NXDOMAIN: the node has no way out, so there is nobody to forward to. Addresses of a Service with
/// several rotate.
class DnsServer {
 public:
  /// @param namespace_of  Namespace of the pod with an address; "" when it is none of ours.
  DnsServer(PollLoop& loop, std::function<std::string(Ipv4)> namespace_of);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  /// Binds in the network namespace of the caller.
  absl::Status Start(Ipv4 address, std::uint16_t port);
  void SetZone(DnsZone zone) { zone_ = std::move(zone); }

 private:
  void OnReadable();
  std::vector<std::uint8_t> Answer(std::span<const std::uint8_t> packet, Ipv4 client);

  PollLoop& loop_;
  std::function<std::string(Ipv4)> namespace_of_;
  DnsZone zone_;
  UniqueFd socket_;
  std::size_t turn_ = 0;
};

}  // namespace outrigger::local
