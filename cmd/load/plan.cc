#include "cmd/load/plan.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <charconv>

#include "absl/status/status.h"

namespace outrigger::load {
namespace {

template <class T>
bool ReadNumber(std::string_view text, T& number) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

absl::Status Bad(std::string_view url, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("\"{}\": {}", url, why));
}

/// host, host:port, [v6], [v6]:port
bool SplitAuthority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (url.host.empty()) return false;
  if (port.empty()) return true;
  return port.starts_with(':') && ReadNumber(port.substr(1), url.port) && url.port != 0;
}

}  // namespace

std::string Url::Authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = v6 ? fmt::format("[{}]", host) : host;
  return port == 80 ? name : fmt::format("{}:{}", name, port);
}

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://")) {
    return absl::UnimplementedError(fmt::format("\"{}\": https is not supported yet", text));
  }
  if (!text.starts_with(kScheme)) return Bad(text, "must start with http://");
  // What goes on the request line as it is must not break it.
  const auto is_bad = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_bad))
    return Bad(text, "has a space or control character");
  std::string_view rest = text.substr(kScheme.size());
  rest = rest.substr(0, rest.find('#'));
  const auto slash = std::min(rest.find_first_of("/?"), rest.size());
  Url url;
  if (!SplitAuthority(rest.substr(0, slash), url)) return Bad(text, "host or port is not valid");
  url.path = rest.substr(slash);
  if (!url.path.starts_with('/')) url.path.insert(0, "/");
  return url;
}

absl::StatusOr<Target> ParseTarget(std::string_view text) {
  Target target;
  const auto equals = text.rfind('=');
  if (equals != std::string_view::npos && ReadNumber(text.substr(equals + 1), target.weight)) {
    if (!(target.weight > 0)) return Bad(text, "the weight must be greater than 0");
    text = text.substr(0, equals);
  }
  auto url = ParseUrl(text);
  if (!url.ok()) return url.status();
  target.label = text;
  target.url = *url;
  return target;
}

std::string RequestFor(const Plan& plan, const Target& target) {
  std::string request = fmt::format("{} {} HTTP/1.1\r\n", plan.method, target.url.path);
  const auto has = [&plan](const char* name) {
    return std::any_of(plan.headers.begin(), plan.headers.end(),
                       [name](const Header& h) { return strcasecmp(h.name.c_str(), name) == 0; });
  };
  if (!has("host")) request += fmt::format("Host: {}\r\n", target.url.Authority());
  if (!has("user-agent")) request += "User-Agent: outrigger-load\r\n";
  for (const Header& header : plan.headers) {
    request += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  if (plan.body_bytes > 0) request += fmt::format("Content-Length: {}\r\n", plan.body_bytes);
  request += "\r\n";
  request.append(plan.body_bytes, 'x');
  return request;
}

}  // namespace outrigger::load
