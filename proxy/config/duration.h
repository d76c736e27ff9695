#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Duration;
}

namespace outrigger::config {

/// Parses Go's duration syntax: a sign and decimal numbers with units, `300ms`, `-1.5h`, `1m30s`;
/// units are ns, us (or µs), ms, s, m, h. `0` needs no unit. Empty for anything else and for more
/// than about 292 years.
std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text);

/// The shortest text that ParseDuration() reads back to the same value: `0s`, `250ms`, `1m30s`,
/// `1h`, `1.5s`.
std::string FormatDuration(std::chrono::nanoseconds duration);

/// Between the message and std::chrono; values beyond 292 years are clamped.
std::chrono::nanoseconds ToChrono(const google::protobuf::Duration& duration);
void FromChrono(std::chrono::nanoseconds duration, google::protobuf::Duration* out);

}  // namespace outrigger::config
