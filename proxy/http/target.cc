#include "proxy/http/target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "proxy/http/head.h"
#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

Error Bad(std::string_view detail) { return {ErrorCode::kMalformed, Side::kLocal, detail}; }

/// unreserved, pct-encoded and sub-delims without the comma.
constexpr ByteSet kHostChars =
    ByteSet("-._~%!$&'()*+;=").AddRange('0', '9').AddRange('a', 'z').AddRange('A', 'Z');

constexpr ByteSet kTargetChars = ByteSet("!\"").AddRange('$', '~').AddRange(0x80, 0xff);

bool IsPort(std::string_view port) {
  if (port.empty() || port.size() > 5) return false;
  unsigned number = 0;
  for (char c : port) {
    if (!IsDigit(c)) return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

bool IsIpv6(std::string_view address) {
  std::array<char, INET6_ADDRSTRLEN + 1> text{};
  if (address.size() >= text.size() || address.find('\0') != std::string_view::npos) return false;
  std::copy(address.begin(), address.end(), text.begin());
  in6_addr parsed;
  return inet_pton(AF_INET6, text.data(), &parsed) == 1;
}

/// "host?query" and "host/path" after "http://".
Result<Target> ParseAbsolute(std::string_view method, std::string_view rest, Arena& arena) {
  const std::size_t end = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, end);
  if (!IsValidAuthority(authority)) return Bad("bad authority in the request target");
  const std::string_view path = end == std::string_view::npos ? "" : rest.substr(end);
  if (path.empty()) return Target{authority, method == "OPTIONS" ? "*" : "/"};
  if (path.front() == '/') return Target{authority, path};
  char* text = arena.Allocate(path.size() + 1);
  *text = '/';
  std::copy(path.begin(), path.end(), text + 1);
  return Target{authority, {text, path.size() + 1}};
}

}  // namespace

bool IsValidAuthority(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos || !IsIpv6(authority.substr(1, close - 1))) return false;
    const std::string_view rest = authority.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
  }
  const std::size_t colon = authority.find(':');
  if (colon != std::string_view::npos && !IsPort(authority.substr(colon + 1))) return false;
  const std::string_view host = authority.substr(0, colon);
  return !host.empty() && kHostChars.HasAll(host);
}

bool IsValidTarget(std::string_view target) {
  return !target.empty() && kTargetChars.HasAll(target);
}

Result<Target> ParseTarget(std::string_view method, std::string_view target, Arena& arena) {
  if (!IsValidTarget(target)) return Bad("bad character in the request target");
  if (method == "CONNECT") {
    const bool has_port = target.rfind(':') != std::string_view::npos && !target.ends_with(']');
    if (!has_port || !IsValidAuthority(target)) return Bad("CONNECT wants host:port");
    return Target{target, target};
  }
  if (target.front() == '/') return Target{{}, target};
  if (target == "*") {
    if (method != "OPTIONS") return Bad("target * without OPTIONS");
    return Target{{}, target};
  }
  for (std::string_view scheme : {"http://", "https://"}) {
    if (EqualsIgnoreCase(target.substr(0, scheme.size()), scheme)) {
      return ParseAbsolute(method, target.substr(scheme.size()), arena);
    }
  }
  return Bad("request target in no known form");
}

}  // namespace outrigger::http
