#include "interception/host.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "interception/ruleset.h"

namespace outrigger::interception {
namespace {

absl::Status SystemError(std::string_view what) {
  const int error = errno;
  const std::string message = fmt::format("{}: {}", what, std::strerror(error));
  return error == EPERM ? absl::PermissionDeniedError(message) : absl::InternalError(message);
}

enum class Kind { kSkip, kIpv4, kIpv6 };

Kind KindOf(const ifaddrs& entry) {
  if (entry.ifa_addr == nullptr || (entry.ifa_flags & IFF_LOOPBACK) != 0) return Kind::kSkip;
  if (entry.ifa_addr->sa_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, entry.ifa_addr, sizeof(address));
    const bool link_local = (ntohl(address.sin_addr.s_addr) >> 16) == 0xa9fe;  // 169.254.0.0/16
    return link_local ? Kind::kSkip : Kind::kIpv4;
  }
  if (entry.ifa_addr->sa_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, entry.ifa_addr, sizeof(address));
    return IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) ? Kind::kSkip : Kind::kIpv6;
  }
  return Kind::kSkip;
}

}  // namespace

absl::StatusOr<bool> WantsIpv6(bool dual_stack) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return SystemError("listing interface addresses");
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const Kind kind = KindOf(*entry);
    if (kind == Kind::kIpv6) return true;
    if (kind == Kind::kIpv4 && !dual_stack) return false;
  }
  return false;
}

absl::Status AddMagicIpv6Address() {
  const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return SystemError("opening an IPv6 socket to add ::6 to lo");
  const absl::Cleanup close_fd = [fd] { close(fd); };

  in6_ifreq request{};
  inet_pton(AF_INET6, std::string(kMagicIpv6).c_str(), &request.ifr6_addr);
  request.ifr6_prefixlen = 128;
  request.ifr6_ifindex = static_cast<int>(if_nametoindex("lo"));
  if (ioctl(fd, SIOCSIFADDR, &request) != 0 && errno != EEXIST) {
    return SystemError("adding ::6/128 to lo (needs NET_ADMIN and IPv6 enabled on lo)");
  }
  return absl::OkStatus();
}

}  // namespace outrigger::interception
