#pragma once

#include <absl/status/statusor.h>

#include <iosfwd>
#include <string>
#include <vector>

namespace outrigger::cli {

/// A whole file as text. The status names the file and the reason, for people.
absl::StatusOr<std::string> ReadFile(const std::string& name);

/// The same; `-` reads `in` to its end.
absl::StatusOr<std::string> ReadInput(const std::string& name, std::istream& in);

/// The manifests that a file or directory stands for: the file itself, or every .yaml, .yml and
/// .json file directly in the directory, sorted by name.
absl::StatusOr<std::vector<std::string>> ManifestFiles(const std::string& name);

}  // namespace outrigger::cli
