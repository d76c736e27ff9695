#pragma once

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/config/document.h"
#include "proxy/config/path.h"
#include "proxy/config/problem.h"

namespace outrigger::v1 {
class ProxyConfig;
}

namespace outrigger::config {

/// The rules that more than one part of the schema shares. Each reports what is wrong at `path` and
/// goes on; validate_*.cc apply them field by field.
class Checker {
 public:
  /// @param source  for line numbers; may be null.
  Checker(std::string_view file, const Document* source, Problems* problems)
      : file_(file), source_(source), problems_(problems) {}

  void Error(const Path& path, std::string message);

  /// @return false and an error when `text` is empty.
  bool Required(const Path& path, std::string_view text);
  void NotNegative(const Path& path, const google::protobuf::Duration& duration);
  /// An IPv4 or IPv6 literal.
  void Ip(const Path& path, std::string_view text);
  /// "ip:port", "[ip]:port"; port 0 is allowed.
  void Address(const Path& path, std::string_view text);
  /// 1 to 65535.
  void Port(const Path& path, std::uint32_t port);
  void Percent(const Path& path, double percent);
  /// A final status: 200 to 599.
  void Status(const Path& path, std::uint32_t status);
  /// RE2 syntax, at most kMaxRegexLength bytes.
  void Regex(const Path& path, const std::string& pattern);
  /// As Regex(); `substitution` may refer only to groups that the pattern has.
  void RegexRewrite(const Path& pattern_path, const std::string& pattern,
                    const Path& substitution_path, const std::string& substitution);
  /// A token (RFC 9110 section 5.6.2).
  void HeaderName(const Path& path, std::string_view name);
  /// Visible characters, spaces and tabs (RFC 9110 section 5.5): no line breaks, no NUL.
  void HeaderValue(const Path& path, std::string_view value);
  /// Part of a request target or authority: like a header value, but without spaces.
  void TargetText(const Path& path, std::string_view text);

 private:
  const std::string_view file_;
  const Document* const source_;
  Problems* const problems_;
};

inline constexpr std::size_t kMaxRegexLength = 1024;

void ValidateListeners(const v1::ProxyConfig& config, Checker& checker);
void ValidateRouteTables(const v1::ProxyConfig& config, Checker& checker);
void ValidateClusters(const v1::ProxyConfig& config, Checker& checker);
/// Node, workloads, admin, limits.
void ValidateProcess(const v1::ProxyConfig& config, Checker& checker);

}  // namespace outrigger::config
