#include "proxy/config/problem.h"

#include <utility>

namespace outrigger::config {

std::string ToString(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) {
    if (!out.empty()) out += ':';
    out += std::to_string(problem.line);
  }
  for (const std::string* part : {&problem.path, &problem.message}) {
    if (part->empty()) continue;
    if (!out.empty()) out += ": ";
    out += *part;
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Problem& problem) {
  return out << ToString(problem);
}

void Problems::Error(std::string_view file, int line, std::string_view path, std::string message) {
  Add({Severity::kError, std::string(file), line, std::string(path), std::move(message)});
}

void Problems::Warning(std::string_view file, int line, std::string_view path,
                       std::string message) {
  Add({Severity::kWarning, std::string(file), line, std::string(path), std::move(message)});
}

void Problems::Add(Problem problem) {
  if (problem.severity == Severity::kError) ++error_count_;
  if (items_.size() == kMaxItems) {
    ++not_kept_;
    return;
  }
  items_.push_back(std::move(problem));
}

void Problems::Append(const Problems& other) {
  const std::size_t errors = error_count_ + other.error_count_;
  for (const Problem& problem : other.items_) Add(problem);
  error_count_ = errors;
  not_kept_ += other.not_kept_;
}

std::string Problems::ToString() const {
  std::string out;
  for (const Problem& problem : items_) {
    out += config::ToString(problem);
    out += '\n';
  }
  if (not_kept_ > 0) out += "and " + std::to_string(not_kept_) + " more\n";
  return out;
}

std::ostream& operator<<(std::ostream& out, const Problems& problems) {
  return out << problems.ToString();
}

}  // namespace outrigger::config
