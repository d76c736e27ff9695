#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace outrigger {

/// An IPv4 or IPv6 address with port. IPv4-mapped IPv6 addresses (::ffff:a.b.c.d), as a dual-stack
/// socket reports them, are turned into IPv4 on the way in, so that equal peers compare equal.
class SocketAddress {
 public:
  SocketAddress() = default;  ///< empty: family AF_UNSPEC
  explicit SocketAddress(const sockaddr* address);

  /// "10.1.2.3:80", "[::1]:80". Empty for anything else; names are not resolved.
  static std::optional<SocketAddress> Parse(std::string_view text);
  /// An IP literal without port ("10.1.2.3", "::1").
  static std::optional<SocketAddress> FromIp(std::string_view ip, std::uint16_t port);

  [[nodiscard]] bool valid() const { return family() != AF_UNSPEC; }
  [[nodiscard]] int family() const { return storage_.base.sa_family; }
  [[nodiscard]] std::uint16_t port() const;
  void set_port(std::uint16_t port);
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] bool is_any() const;
  [[nodiscard]] const sockaddr* data() const { return &storage_.base; }
  [[nodiscard]] socklen_t size() const;

  [[nodiscard]] std::string ip() const;    ///< "10.1.2.3", "::1"
  [[nodiscard]] std::string text() const;  ///< "10.1.2.3:80", "[::1]:80"
  /// The bare address as 16 bytes (IPv4 mapped), for use as a hash key.
  [[nodiscard]] std::string_view key_bytes(char (&out)[16]) const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b);
  friend std::ostream& operator<<(std::ostream& out, const SocketAddress& address);

 private:
  union {
    sockaddr base{};
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace outrigger
