#include "cmd/outrigger/files.h"

#include <absl/status/status.h>

#include <algorithm>
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

absl::StatusOr<std::vector<std::string>> ManifestFiles(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::is_directory(name, error)) return std::vector<std::string>{name};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(name, error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") {
      files.push_back(entry.path().string());
    }
  }
  if (error) return absl::UnavailableError(name + ": " + error.message());
  if (files.empty()) return absl::NotFoundError(name + ": has no .yaml, .yml or .json files");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace outrigger::cli
