#include "local/netlink.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "local/unique_fd.h"

namespace outrigger::local::netlink {
namespace {

/// One request under construction: a header, a fixed struct, then attributes, some nested.
class Request {
 public:
  Request(std::uint16_t type, std::uint16_t flags) : bytes_(NLMSG_LENGTH(0)) {
    header().nlmsg_type = type;
    header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  }

  template <class T>
  void Append(const T& value) {
    AppendBytes(&value, sizeof value);
  }

  void Attribute(std::uint16_t type, const void* data, std::size_t size) {
    const rtattr attribute{static_cast<std::uint16_t>(RTA_LENGTH(size)), type};
    AppendBytes(&attribute, sizeof attribute);
    AppendBytes(data, size);
  }
  template <class T>
  void Attribute(std::uint16_t type, const T& value) {
    Attribute(type, &value, sizeof value);
  }
  void TextAttribute(std::uint16_t type, std::string_view text) {
    const std::string terminated(text);
    Attribute(type, terminated.c_str(), terminated.size() + 1);
  }

  /// Opens a nested attribute; End with the returned mark closes it.
  std::size_t Begin(std::uint16_t type) {
    const std::size_t mark = bytes_.size();
    Attribute(type, nullptr, 0);
    return mark;
  }
  void End(std::size_t mark) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - mark);
    std::memcpy(bytes_.data() + mark + offsetof(rtattr, rta_len), &length, sizeof length);
  }

  /// Sends it and waits for the acknowledgement. @return 0 or an errno value.
  int Run() {
    const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket) return errno;
    header().nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    if (::send(socket.get(), bytes_.data(), bytes_.size(), 0) < 0) return errno;
    alignas(nlmsghdr) std::array<char, 8192> answer{};
    const ssize_t size = ::recv(socket.get(), answer.data(), answer.size(), 0);
    if (size < 0) return errno;
    const auto* reply = reinterpret_cast<const nlmsghdr*>(answer.data());
    if (!NLMSG_OK(reply, static_cast<std::size_t>(size)) || reply->nlmsg_type != NLMSG_ERROR)
      return EPROTO;
    return -static_cast<const nlmsgerr*>(NLMSG_DATA(reply))->error;
  }

 private:
  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(bytes_.data()); }
  void AppendBytes(const void* data, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + RTA_ALIGN(size));
    if (size > 0) std::memcpy(bytes_.data() + at, data, size);
  }

  std::vector<char> bytes_;
};

absl::Status ToStatus(int error, const std::string& what) {
  if (error == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(error, what);
}

int IndexOf(std::string_view name) {
  return static_cast<int>(::if_nametoindex(std::string(name).c_str()));
}

std::uint32_t NetworkOrder(Ipv4 address) { return htonl(address.value); }

}  // namespace

absl::Status AddBridge(std::string_view name) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.Append(ifinfomsg{});
  request.TextAttribute(IFLA_IFNAME, name);
  const std::size_t info = request.Begin(IFLA_LINKINFO);
  request.Attribute(IFLA_INFO_KIND, "bridge", 6);
  request.End(info);
  return ToStatus(request.Run(), fmt::format("cannot add bridge {}", name));
}

absl::Status AddCable(std::string_view name, std::string_view bridge, std::string_view peer,
                      int peer_ns) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.Append(ifinfomsg{});
  request.TextAttribute(IFLA_IFNAME, name);
  request.Attribute(IFLA_MASTER, IndexOf(bridge));
  const std::size_t info = request.Begin(IFLA_LINKINFO);
  request.Attribute(IFLA_INFO_KIND, "veth", 4);
  const std::size_t data = request.Begin(IFLA_INFO_DATA);
  const std::size_t other = request.Begin(VETH_INFO_PEER);
  request.Append(ifinfomsg{});
  request.TextAttribute(IFLA_IFNAME, peer);
  request.Attribute(IFLA_NET_NS_FD, peer_ns);
  request.End(other);
  request.End(data);
  request.End(info);
  return ToStatus(request.Run(), fmt::format("cannot add cable {} to bridge {}", name, bridge));
}

absl::Status SetUp(std::string_view name) {
  Request request(RTM_NEWLINK, 0);
  ifinfomsg link{};
  link.ifi_index = IndexOf(name);
  link.ifi_flags = IFF_UP;
  link.ifi_change = IFF_UP;
  request.Append(link);
  return ToStatus(request.Run(), fmt::format("cannot set {} up", name));
}

absl::Status AddAddress(std::string_view name, Ipv4 address, int prefix_length) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  ifaddrmsg message{};
  message.ifa_family = AF_INET;
  message.ifa_prefixlen = static_cast<std::uint8_t>(prefix_length);
  message.ifa_index = static_cast<std::uint32_t>(IndexOf(name));
  request.Append(message);
  request.Attribute(IFA_LOCAL, NetworkOrder(address));
  request.Attribute(IFA_ADDRESS, NetworkOrder(address));
  return ToStatus(request.Run(),
                  fmt::format("cannot add address {} to {}", address.ToString(), name));
}

absl::Status AddRoute(std::string_view name, Ipv4 destination, int prefix_length, Ipv4 gateway) {
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  rtmsg route{};
  route.rtm_family = AF_INET;
  route.rtm_dst_len = static_cast<std::uint8_t>(prefix_length);
  route.rtm_table = RT_TABLE_MAIN;
  route.rtm_protocol = RTPROT_STATIC;
  route.rtm_scope = gateway.value == 0 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  route.rtm_type = RTN_UNICAST;
  request.Append(route);
  if (prefix_length > 0) request.Attribute(RTA_DST, NetworkOrder(destination));
  if (gateway.value != 0) request.Attribute(RTA_GATEWAY, NetworkOrder(gateway));
  request.Attribute(RTA_OIF, IndexOf(name));
  return ToStatus(request.Run(), fmt::format("cannot add route {}/{} by {}", destination.ToString(),
                                             prefix_length, name));
}

absl::Status DeleteLink(std::string_view name) {
  const int index = IndexOf(name);
  if (index == 0) return absl::OkStatus();
  Request request(RTM_DELLINK, 0);
  ifinfomsg link{};
  link.ifi_index = index;
  request.Append(link);
  return ToStatus(request.Run(), fmt::format("cannot delete {}", name));
}

}  // namespace outrigger::local::netlink
