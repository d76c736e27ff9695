#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace outrigger {

enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError, kOff };

/// One line to stderr with an ISO 8601 time in UTC, the level and the room: for people, not for the
/// data path. Thread-safe; a blocked or closed stderr loses lines, never time.
void Log(LogLevel level, std::string_view room, std::string_view message);

/// Lines below this level are dropped. Default info. Thread-safe.
void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();

/// "trace", "debug", "info", "warning", "error", "off" (and Envoy's "critical" as error).
std::optional<LogLevel> ParseLogLevel(std::string_view text);
std::string_view ToString(LogLevel level);

}  // namespace outrigger
