#include "base/log.h"

#include <unistd.h>

#include <chrono>
#include <ctime>

namespace outrigger {

namespace {
std::atomic<LogLevel> threshold{LogLevel::kInfo};
}

void SetLogLevel(LogLevel level) { threshold.store(level, std::memory_order_relaxed); }
LogLevel GetLogLevel() { return threshold.load(std::memory_order_relaxed); }

std::string_view ToString(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
    case LogLevel::kOff:
      return "off";
  }
  return "info";
}

std::optional<LogLevel> ParseLogLevel(std::string_view text) {
  for (const LogLevel level : {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo,
                               LogLevel::kWarning, LogLevel::kError, LogLevel::kOff}) {
    if (text == ToString(level)) return level;
  }
  if (text == "warn") return LogLevel::kWarning;
  if (text == "critical") return LogLevel::kError;
  return std::nullopt;
}

void Log(LogLevel level, std::string_view room, std::string_view message) {
  if (level < GetLogLevel() || level == LogLevel::kOff) return;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[40];
  const std::size_t length = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
  std::string line(stamp, length);
  const std::string digits = std::to_string(1000 + millis);
  line.append(".")
      .append(digits, 1)
      .append("Z\t")
      .append(ToString(level))
      .append("\t")
      .append(room)
      .append("\t");
  for (const char c : message)
    line.push_back(c == '\n' || c == '\r' ? ' ' : c);  // one line stays one line
  line.push_back('\n');
  // One write per line keeps lines of several threads whole.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace outrigger
