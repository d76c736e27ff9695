#pragma once

#include <ostream>
#include <string_view>

namespace outrigger::listener {

enum class Detected { kNeedMore, kHttp1, kHttp2, kTls, kOther };

/// What the first bytes of a connection are. Decides as early as possible, and never needs more
/// than 24 bytes: a request line is told by its method token, HTTP/2 by its preface (RFC 9113
/// §3.4), TLS by a handshake record (RFC 8446 §5.1).
Detected DetectProtocol(std::string_view first_bytes);

std::ostream& operator<<(std::ostream& out, Detected detected);

}  // namespace outrigger::listener
