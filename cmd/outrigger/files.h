#pragma once

#include <absl/status/statusor.h>

#include <iosfwd>
#include <string>

namespace outrigger::cli {

/// A whole file as text. The status names the file and the reason, for people.
absl::StatusOr<std::string> ReadFile(const std::string& name);

/// The same; `-` reads `in` to its end.
absl::StatusOr<std::string> ReadInput(const std::string& name, std::istream& in);

}  // namespace outrigger::cli
