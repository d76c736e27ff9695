#include "proxy/config/checker.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "base/address.h"
#include "proxy/config/duration.h"
#include "proxy/config/excerpt.h"

namespace outrigger::config {
namespace {

bool IsTokenCharacter(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsFieldCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

RE2::Options QuietOptions() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

void Checker::Error(const Path& path, std::string message) {
  const int line = source_ == nullptr ? 0 : source_->LineOf(path.ToPointer());
  problems_->Error(file_, line, path.ToString(), std::move(message));
}

bool Checker::Required(const Path& path, std::string_view text) {
  if (!text.empty()) return true;
  Error(path, "is required");
  return false;
}

void Checker::NotNegative(const Path& path, const google::protobuf::Duration& duration) {
  const auto value = ToChrono(duration);
  if (value.count() < 0) Error(path, FormatDuration(value) + " is negative");
}

void Checker::Ip(const Path& path, std::string_view text) {
  if (!SocketAddress::FromIp(text, 0)) Error(path, Excerpt(text) + " is not an IP address");
}

void Checker::Address(const Path& path, std::string_view text) {
  if (!SocketAddress::Parse(text))
    Error(path, Excerpt(text) + " is not an address like 10.1.2.3:80 or [::1]:80");
}

void Checker::Port(const Path& path, std::uint32_t port) {
  if (port == 0) {
    Error(path, "is required");
  } else if (port > 65535) {
    Error(path, std::to_string(port) + " is not a port");
  }
}

void Checker::Percent(const Path& path, double percent) {
  // Written so that NaN fails too.
  if (!(percent >= 0 && percent <= 100)) Error(path, "must be from 0 to 100");
}

void Checker::Status(const Path& path, std::uint32_t status) {
  if (status == 0) {
    Error(path, "is required");
  } else if (status < 200 || status > 599) {
    Error(path, std::to_string(status) + " is not a final HTTP status (200 to 599)");
  }
}

namespace {

bool FitsLength(const Path& path, const std::string& pattern, Checker& checker) {
  if (pattern.size() <= kMaxRegexLength) return true;
  checker.Error(path, "a regular expression has at most " + std::to_string(kMaxRegexLength) +
                          " bytes, this one " + std::to_string(pattern.size()));
  return false;
}

}  // namespace

void Checker::Regex(const Path& path, const std::string& pattern) {
  if (!FitsLength(path, pattern, *this)) return;
  const RE2 regex(pattern, QuietOptions());
  if (!regex.ok())
    Error(path, Excerpt(pattern) + " is not a regular expression (RE2): " + regex.error());
}

void Checker::RegexRewrite(const Path& pattern_path, const std::string& pattern,
                           const Path& substitution_path, const std::string& substitution) {
  if (!FitsLength(pattern_path, pattern, *this)) return;
  const RE2 regex(pattern, QuietOptions());
  if (!regex.ok()) {
    Error(pattern_path, Excerpt(pattern) + " is not a regular expression (RE2): " + regex.error());
    return;
  }
  std::string why;
  if (!regex.CheckRewriteString(substitution, &why)) {
    Error(substitution_path, Excerpt(substitution) + " does not fit the pattern: " + why);
  }
}

void Checker::HeaderName(const Path& path, std::string_view name) {
  if (!Required(path, name)) return;
  if (!std::all_of(name.begin(), name.end(), IsTokenCharacter))
    Error(path, Excerpt(name) + " is not a header name");
}

void Checker::HeaderValue(const Path& path, std::string_view value) {
  if (!std::all_of(value.begin(), value.end(), IsFieldCharacter)) {
    Error(path, "a header value has no line breaks or control characters");
  }
}

void Checker::TargetText(const Path& path, std::string_view text) {
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return IsFieldCharacter(c) && c != ' ' && c != '\t';
  });
  if (!clean) Error(path, Excerpt(text) + " has a space or a control character");
}

}  // namespace outrigger::config
