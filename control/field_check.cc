#include "control/field_check.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <vector>

#include "control/host.h"
#include "control/text.h"
#include "proxy/config/duration.h"

namespace outrigger::control {
namespace {

constexpr std::size_t kMaxRegex = 1024;
constexpr double kSmallestPercent = 0.0001;

}  // namespace

void CheckDuration(const google::protobuf::Duration& value, const config::Path& path,
                   Report& report) {
  constexpr std::int32_t kNanosPerMilli = 1'000'000;
  const auto duration = config::ToChrono(value);
  if (duration < std::chrono::milliseconds(1)) {
    report.Error(
        path, fmt::format("{} is too short; the least is 1ms", config::FormatDuration(duration)));
  } else if (value.nanos() % kNanosPerMilli != 0) {
    report.Error(path, fmt::format("{}: only whole milliseconds are possible",
                                   config::FormatDuration(duration)));
  }
}

void CheckPort(std::uint32_t port, const config::Path& path, Report& report) {
  if (port < 1 || port > 65535) {
    report.Error(path, fmt::format("{} is not a port (1 to 65535)", port));
  }
}

void CheckRegex(std::string_view regex, const config::Path& path, Report& report) {
  if (regex.empty()) return report.Error(path, "is empty; write a regular expression");
  if (regex.size() > kMaxRegex) {
    return report.Error(
        path, fmt::format("has {} characters; at most {} are possible", regex.size(), kMaxRegex));
  }
  const re2::RE2 compiled(re2::StringPiece(regex.data(), regex.size()), re2::RE2::Quiet);
  if (!compiled.ok()) {
    report.Error(path, fmt::format("'{}' is not an RE2 expression: {}", regex, compiled.error()));
  }
}

void CheckPercent(double value, const config::Path& path, Report& report) {
  if (value == 0 || (value >= kSmallestPercent && value <= 100)) return;
  report.Error(path,
               fmt::format("{} is not a percentage (0, or {} to 100)", value, kSmallestPercent));
}

void CheckHostField(std::string_view host, const config::Path& path, Report& report) {
  if (std::string reason = CheckHost(host); !reason.empty()) {
    report.Error(path, std::move(reason));
  }
}

void CheckDestination(const istio::Destination& destination, const config::Path& path,
                      Report& report) {
  if (destination.host() == "*") {
    report.Error(path.Key("host"), "'*' is not a destination; name one host");
  } else {
    CheckHostField(destination.host(), path.Key("host"), report);
  }
  if (!destination.subset().empty() && !IsDnsLabel(destination.subset())) {
    report.Error(path.Key("subset"),
                 fmt::format("'{}' is not a subset name (lower case letters, digits, dashes)",
                             destination.subset()));
  }
  if (destination.has_port()) {
    const config::Path port = path.Key("port");
    CheckPort(destination.port().number(), port.Key("number"), report);
  }
}

void CheckGatewayReference(std::string_view reference, const config::Path& path, Report& report) {
  const std::vector<std::string_view> parts = Split(reference, '/');
  if (parts.size() == 1 && reference.find('.') != std::string_view::npos) {
    CheckHostField(reference, path, report);
    report.Warning(path, fmt::format("'{}': naming a Gateway like a host is deprecated; write "
                                     "namespace/name",
                                     reference));
    return;
  }
  const bool good = parts.size() == 1   ? IsDnsLabel(parts[0])
                    : parts.size() == 2 ? IsDnsLabel(parts[0]) && IsDnsLabel(parts[1])
                                        : false;
  if (!good) {
    report.Error(path, fmt::format("'{}' does not name a Gateway; write name, namespace/name or "
                                   "mesh",
                                   reference));
  }
}

}  // namespace outrigger::control
