#include "samples/bookinfo/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace bookinfo {
namespace {

std::string WithCase(std::string_view text, int (*convert)(int)) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [&](unsigned char c) { return static_cast<char>(convert(c)); });
  return out;
}

}  // namespace

Environment Environment::Of(Values values) {
  Environment result;
  result.values_ = std::move(values);
  return result;
}

Environment Environment::OfProcess() {
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    result.values_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

std::string Environment::Text(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string(fallback) : found->second;
}

bool Environment::Flag(std::string_view name, bool fallback) const {
  const std::string text = Text(name, "");
  return text.empty() ? fallback : WithCase(text, std::tolower) == "true";
}

std::int64_t Environment::Number(std::string_view name, std::int64_t fallback, std::int64_t min,
                                 std::int64_t max) const {
  const std::string text = Text(name, "");
  if (text.empty()) return fallback;
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < min || value > max) {
    throw std::invalid_argument("environment variable " + std::string(name) + ": \"" + text +
                                "\" is not a number from " + std::to_string(min) + " to " +
                                std::to_string(max));
  }
  return value;
}

Upstream Environment::Find(std::string_view app) const {
  const std::string prefix = WithCase(app, std::toupper);
  Upstream upstream;
  upstream.host = Text(prefix + "_HOSTNAME", app);
  if (const std::string domain = Text("SERVICES_DOMAIN", ""); !domain.empty()) {
    upstream.host += "." + domain;
  }
  upstream.port = static_cast<std::uint16_t>(Number(prefix + "_SERVICE_PORT", 9080, 1, 65535));
  return upstream;
}

}  // namespace bookinfo
