#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>

namespace outrigger::control {

/// How the proxy treats a Service port (interception section 9).
enum class PortProtocol : std::uint8_t {
  kHttp,  ///< http, http2, grpc, grpc-web, ...
  kTcp,   ///< tcp, tls, https, and the databases: bytes as they come
  kAuto,  ///< nothing said: the first bytes decide
  kNone,  ///< UDP and the like: not proxied
};

/// @param transport     `protocol` of the port; empty means TCP.
/// @param app_protocol  `appProtocol`; wins over the name when set.
/// @param name          port name; the word before the first dash counts.
PortProtocol SelectProtocol(std::string_view transport, std::string_view app_protocol,
                            std::string_view name, unsigned port);

std::string_view ToString(PortProtocol protocol);
std::ostream& operator<<(std::ostream& out, PortProtocol protocol);

}  // namespace outrigger::control
