#include "control/report.h"

#include <fmt/format.h>

namespace outrigger::control {

void Report::Error(const config::Path& path, std::string message) {
  Add(config::Severity::kError, path, std::move(message));
}

void Report::Warning(const config::Path& path, std::string message) {
  Add(config::Severity::kWarning, path, std::move(message));
}

void Report::NotYetEffective(const config::Path& path, std::string_view what) {
  Warning(path, fmt::format("{} is not yet effective", what));
}

void Report::Append(const config::Problems& found) {
  for (config::Problem problem : found.items()) {
    has_errors_ = has_errors_ || problem.severity == config::Severity::kError;
    problem.path =
        problem.path.empty() ? ToString(key_) : fmt::format("{}: {}", ToString(key_), problem.path);
    problems_->Add(std::move(problem));
  }
}

void Report::Add(config::Severity severity, const config::Path& path, std::string message) {
  has_errors_ = has_errors_ || severity == config::Severity::kError;
  const std::string field = path.ToString();
  problems_->Add(
      {.severity = severity,
       .file = document_.file(),
       .line = document_.LineOf(path.ToPointer()),
       .path = field.empty() ? ToString(key_) : fmt::format("{}: {}", ToString(key_), field),
       .message = std::move(message)});
}

}  // namespace outrigger::control
