#include "local/ipv4.h"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace outrigger::local {

std::optional<Ipv4> Ipv4::Parse(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return Ipv4{ntohl(address.s_addr)};
}

std::string Ipv4::ToString() const {
  return fmt::format("{}.{}.{}.{}", value >> 24U, (value >> 16U) & 255U, (value >> 8U) & 255U,
                     value & 255U);
}

}  // namespace outrigger::local
