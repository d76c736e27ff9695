#include "control/host.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "control/text.h"

namespace outrigger::control {
namespace {

constexpr std::size_t kMaxHost = 255;
constexpr std::size_t kMaxLabel = 63;

bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Upper case is let through: hosts are compared lower-cased. Underscores appear in the SNI-style
// names of gateways (`outbound_.80_._.foo`), so they are not ours to refuse.
bool IsHostLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return IsAlnum(c) || c == '-' || c == '_'; });
}

}  // namespace

bool IsIpLiteral(std::string_view host) {
  const std::string text(host);
  unsigned char storage[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), storage) == 1 ||
         inet_pton(AF_INET6, text.c_str(), storage) == 1;
}

std::string ExpandHost(std::string_view host, std::string_view ns,
                       std::string_view cluster_domain) {
  std::string name = ToLower(host);
  if (name == "*" || IsIpLiteral(name)) return name;
  if (name.find('.') == std::string::npos) return ServiceHost(name, ns, cluster_domain);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool Covers(std::string_view pattern, std::string_view host) {
  if (!IsPattern(pattern)) return pattern == host;
  // `*` and `*-a.foo.com`: whatever follows the star is a plain suffix. The star of a pattern
  // stands for at least one character, hence the sizes.
  const std::string_view suffix = pattern.substr(1);
  return IsPattern(host) ? host.substr(1).ends_with(suffix)
                         : host.size() > suffix.size() && host.ends_with(suffix);
}

std::optional<std::string_view> Intersect(std::string_view a, std::string_view b) {
  if (Covers(a, b)) return b;
  if (Covers(b, a)) return a;
  return std::nullopt;
}

bool MoreSpecific(std::string_view a, std::string_view b) {
  if (IsPattern(a) != IsPattern(b)) return IsPattern(b);
  if (IsPattern(a) && a.size() != b.size()) return a.size() > b.size();
  return a < b;
}

bool IsRoutable(std::string_view host) {
  return !IsPattern(host) || host == "*" || host.starts_with("*.");
}

std::string CheckHost(std::string_view host) {
  if (host == "*" || IsIpLiteral(host)) return {};
  if (host.empty()) return "is empty; write a host name";
  if (host.size() > kMaxHost) return fmt::format("is longer than {} characters", kMaxHost);
  std::string_view rest = host;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  const std::vector<std::string_view> labels = Split(rest, '.');
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::string_view label = labels[i];
    if (i == 0 && label == "*") continue;
    if (i == 0 && label.starts_with('*')) label.remove_prefix(1);
    if (label.find('*') != std::string_view::npos) {
      return fmt::format("'{}': a wildcard may only stand at the very beginning", host);
    }
    // The rest of a leading `*-a` may begin with its dash.
    if (i == 0 && IsPattern(labels[0]) && label.starts_with('-')) label.remove_prefix(1);
    if (!IsHostLabel(label)) return fmt::format("'{}' is not a DNS name", host);
  }
  if (labels.size() > 1 && std::ranges::all_of(labels.back(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0;
      })) {
    return fmt::format("'{}': the last label of a DNS name is never a number", host);
  }
  return {};
}

bool IsDnsLabel(std::string_view name) {
  return !name.empty() && name.size() <= kMaxLabel && name.front() != '-' && name.back() != '-' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string ServiceHost(std::string_view name, std::string_view ns,
                        std::string_view cluster_domain) {
  return fmt::format("{}.{}.svc.{}", name, ns, cluster_domain);
}

std::string OutboundClusterName(unsigned port, std::string_view subset, std::string_view host) {
  return fmt::format("outbound|{}|{}|{}", port, subset, host);
}

}  // namespace outrigger::control
