#include "cmd/outrigger/files.h"

#include <absl/status/status.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <system_error>

namespace outrigger::cli {

absl::StatusOr<std::string> ReadFile(const std::string& name) {
  std::error_code error;
  if (std::filesystem::is_directory(name, error)) {
    return absl::InvalidArgumentError(name + ": is a directory, name a file");
  }
  std::ifstream file(name, std::ios::binary);
  if (!file) return absl::NotFoundError(name + ": " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return absl::UnavailableError(name + ": cannot be read to its end");
  return text;
}

absl::StatusOr<std::string> ReadInput(const std::string& name, std::istream& in) {
  if (name != "-") return ReadFile(name);
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace outrigger::cli
