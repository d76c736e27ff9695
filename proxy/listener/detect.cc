#include "proxy/listener/detect.h"

#include <algorithm>
#include <cctype>

namespace outrigger::listener {

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kLongestMethod = 22;  // longest registered: UPDATEREDIRECTREF, 17

bool StartsLike(std::string_view bytes, std::string_view whole) {
  const std::size_t count = std::min(bytes.size(), whole.size());
  return bytes.substr(0, count) == whole.substr(0, count);
}

Detected DetectTls(std::string_view bytes) {
  if (bytes.size() < 3) return Detected::kNeedMore;
  // Record type 22, legacy version 3.x, then a ClientHello (type 1) behind the record length.
  if (bytes[1] != 3) return Detected::kOther;
  if (bytes.size() < 6) return Detected::kNeedMore;
  return bytes[5] == 1 ? Detected::kTls : Detected::kOther;
}

/// A method is upper case letters (and '-', '_' of some extensions), a space, and then '/', '*' or
/// a letter.
Detected DetectRequestLine(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), kLongestMethod + 1);
  for (std::size_t i = 0; i < size; ++i) {
    const char c = bytes[i];
    if (c == ' ') {
      if (i < 3) return Detected::kOther;
      if (i + 1 >= bytes.size()) return Detected::kNeedMore;
      const char target = bytes[i + 1];
      const bool fits =
          target == '/' || target == '*' || std::isalnum(static_cast<unsigned char>(target)) != 0;
      return fits ? Detected::kHttp1 : Detected::kOther;
    }
    if ((c < 'A' || c > 'Z') && c != '-' && c != '_') return Detected::kOther;
  }
  return bytes.size() > kLongestMethod ? Detected::kOther : Detected::kNeedMore;
}

}  // namespace

Detected DetectProtocol(std::string_view first_bytes) {
  if (first_bytes.empty()) return Detected::kNeedMore;
  if (first_bytes.front() == 0x16) return DetectTls(first_bytes);
  if (StartsLike(first_bytes, kPreface)) {
    return first_bytes.size() >= kPreface.size() ? Detected::kHttp2 : Detected::kNeedMore;
  }
  return DetectRequestLine(first_bytes);
}

std::ostream& operator<<(std::ostream& out, Detected detected) {
  switch (detected) {
    case Detected::kNeedMore:
      return out << "need more";
    case Detected::kHttp1:
      return out << "HTTP/1";
    case Detected::kHttp2:
      return out << "HTTP/2";
    case Detected::kTls:
      return out << "TLS";
    case Detected::kOther:
      return out << "other";
  }
  return out;
}

}  // namespace outrigger::listener
