#pragma once

#include <cstdint>
#include <string_view>

namespace outrigger::control {

/// `protocol` of a Gateway server, by what has to be done with it; letter case does not matter.
enum class ServerProtocol : std::uint8_t {
  kHttp,  ///< HTTP, HTTP2, GRPC, GRPC-WEB: plaintext
  kTls,   ///< HTTPS, TLS: not yet effective
  kTcp,   ///< TCP, MONGO, REDIS, MYSQL: not yet effective
  kUnknown,
};
ServerProtocol ParseServerProtocol(std::string_view protocol);

}  // namespace outrigger::control
