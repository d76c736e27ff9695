#include "proxy/listener/original_destination.h"

#include "base/socket_transport.h"

namespace outrigger::listener {

namespace {
constexpr int kSoOriginalDst =
    80;  // linux/netfilter_ipv4.h and linux/netfilter_ipv6/ip6_tables.h, which do not go with C++
}

SocketAddress OriginalDestination(int fd) {
  const SocketAddress local = LocalAddress(fd);
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  // A dual-stack socket answers IPv4 connections on the IPv4 level.
  const int level = local.family() == AF_INET6 ? SOL_IPV6 : SOL_IP;
  if (getsockopt(fd, level, kSoOriginalDst, &storage, &size) != 0) return local;
  return SocketAddress(reinterpret_cast<const sockaddr*>(&storage));
}

}  // namespace outrigger::listener
