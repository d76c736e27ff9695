#include "base/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace outrigger {

namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    std::memcpy(&storage_.v4, address, sizeof storage_.v4);
  } else if (address->sa_family == AF_INET6) {
    std::memcpy(&storage_.v6, address, sizeof storage_.v6);
    if (IN6_IS_ADDR_V4MAPPED(&storage_.v6.sin6_addr)) {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = storage_.v6.sin6_port;
      std::memcpy(&v4.sin_addr, storage_.v6.sin6_addr.s6_addr + 12, 4);
      storage_.v4 = v4;
    }
  }
}

std::optional<SocketAddress> SocketAddress::Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = ParsePort(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (!port) return std::nullopt;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Brackets and colons go together: "::1:80" could mean either, and "[10.0.0.1]:80" means nothing.
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  return FromIp(host, *port);
}

std::optional<SocketAddress> SocketAddress::FromIp(std::string_view ip, std::uint16_t port) {
  char text[INET6_ADDRSTRLEN + 1];
  if (ip.empty() || ip.size() >= sizeof text) return std::nullopt;
  std::memcpy(text, ip.data(), ip.size());
  text[ip.size()] = '\0';
  sockaddr_in v4{};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&v4));
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&v6));
  }
  return std::nullopt;
}

std::uint16_t SocketAddress::port() const {
  // sin_port and sin6_port share their place.
  return valid() ? ntohs(storage_.v4.sin_port) : std::uint16_t{0};
}

void SocketAddress::set_port(std::uint16_t port) { storage_.v4.sin_port = htons(port); }

bool SocketAddress::is_loopback() const {
  if (family() == AF_INET) return (ntohl(storage_.v4.sin_addr.s_addr) >> 24) == 127;
  return family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr);
}

bool SocketAddress::is_any() const {
  if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == INADDR_ANY;
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

socklen_t SocketAddress::size() const {
  return family() == AF_INET6 ? sizeof storage_.v6 : sizeof storage_.v4;
}

std::string SocketAddress::ip() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof text);
  if (family() == AF_INET6) inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof text);
  return text;
}

std::string SocketAddress::text() const {
  if (!valid()) return "-";
  const std::string host = ip();
  const std::string port_text = std::to_string(port());
  return family() == AF_INET6 ? "[" + host + "]:" + port_text : host + ":" + port_text;
}

std::string_view SocketAddress::key_bytes(char (&out)[16]) const {
  std::memset(out, 0, sizeof out);
  if (family() == AF_INET) {
    out[10] = out[11] = static_cast<char>(0xff);
    std::memcpy(out + 12, &storage_.v4.sin_addr, 4);
  } else if (family() == AF_INET6) {
    std::memcpy(out, &storage_.v6.sin6_addr, 16);
  }
  return {out, sizeof out};
}

bool operator==(const SocketAddress& a, const SocketAddress& b) {
  char x[16];
  char y[16];
  return a.family() == b.family() && a.port() == b.port() && a.key_bytes(x) == b.key_bytes(y);
}

std::ostream& operator<<(std::ostream& out, const SocketAddress& address) {
  return out << address.text();
}

}  // namespace outrigger
