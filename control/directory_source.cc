#include "control/directory_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "control/resource_reader.h"

namespace outrigger::control {
namespace {

namespace fs = std::filesystem;

bool IsManifest(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::optional<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  // One byte over the limit is enough for the reader to refuse the file.
  std::string text(config::kMaxFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

ResourcePtr FindKey(const std::vector<ResourcePtr>& resources, const ResourceKey& key) {
  const auto found =
      std::ranges::find_if(resources, [&](const ResourcePtr& r) { return r->key == key; });
  return found == resources.end() ? nullptr : *found;
}

}  // namespace

DirectorySource::DirectorySource(std::vector<std::string> paths, std::string default_namespace)
    : paths_(std::move(paths)),
      default_namespace_(std::move(default_namespace)),
      store_(default_namespace_) {}

// Files in reading order, each once. Directories are watched before they are listed.
std::vector<std::string> DirectorySource::ListFiles(config::Problems* problems) {
  std::vector<std::string> files;
  const auto watch = [&](const std::string& directory, const std::string& only) {
    if (watcher_.WatchDirectory(directory, only)) return;
    problems->Warning(directory, 0, "",
                      fmt::format("changes will not be noticed: {}", std::strerror(errno)));
  };
  const auto list = [&](const auto& self, const fs::path& directory) -> void {
    watch(directory.string(), {});
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      if (!IsHidden(it->path())) entries.push_back(it->path());
    }
    if (error) problems->Error(directory.string(), 0, "", error.message());
    std::ranges::sort(entries);
    for (const fs::path& entry : entries) {
      if (fs::is_directory(entry, error)) {
        self(self, entry);
      } else if (IsManifest(entry)) {
        files.push_back(entry.string());
      }
    }
  };
  for (const std::string& path : paths_) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      list(list, path);
      continue;
    }
    const fs::path file(path);
    watch(file.has_parent_path() ? file.parent_path().string() : ".", file.filename().string());
    files.push_back(path);
  }
  return files;
}

void DirectorySource::ParseFile(const std::string& path, File& file) {
  file.problems = {};
  const auto documents = config::ReadDocuments(file.text, path, &file.problems);
  // A broken document hides which object it was, so the whole file stays as it was. On the first
  // reading there is nothing to keep and the good documents count, as with kubectl.
  if (file.problems.has_errors() && !file.resources.empty()) return;
  std::vector<ResourcePtr> resources;
  for (const config::Document& document : documents) {
    for (const config::Document& item : config::FlattenList(document)) {
      ReadOutcome outcome = ReadResource(item, default_namespace_, &file.problems);
      if (outcome.refused) outcome.resource = FindKey(file.resources, *outcome.refused);
      if (outcome.resource) resources.push_back(std::move(outcome.resource));
    }
  }
  file.resources = std::move(resources);
}

void DirectorySource::ReadFile(const std::string& path) {
  const std::optional<std::string> text = ReadText(path);
  if (!text) {
    const std::string reason = std::strerror(errno);
    File& file = files_[path];
    file.problems = {};
    file.problems.Error(path, 0, "", fmt::format("cannot be read: {}", reason));
    file.text.clear();
    return;
  }
  const auto [entry, is_new] = files_.try_emplace(path);
  if (!is_new && entry->second.text == *text && !text->empty()) return;
  entry->second.text = *text;
  ParseFile(path, entry->second);
}

void DirectorySource::Load(config::Problems* problems) {
  std::vector<std::string> order;
  std::map<std::string, File> kept;
  for (const std::string& path : ListFiles(problems)) {
    if (kept.contains(path)) continue;  // named twice
    ReadFile(path);
    order.push_back(path);
    kept.insert(files_.extract(path));
  }
  files_ = std::move(kept);
  store_ = Store(default_namespace_);
  for (const std::string& path : order) {
    problems->Append(files_[path].problems);
    for (const ResourcePtr& resource : files_[path].resources) store_.Put(resource, problems);
  }
}

}  // namespace outrigger::control
