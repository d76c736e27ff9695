#include "local/runtime_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace outrigger::local {
namespace {

namespace fs = std::filesystem;

bool IsLabel(std::string_view name) {
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && is_alnum(name.front()) && is_alnum(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_alnum(c) || c == '-'; });
}

std::string BaseFolder() {
  if (::geteuid() == 0) return "/run/outrigger";
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return folder != nullptr && *folder == '/' ? fmt::format("{}/outrigger", folder)
                                             : fmt::format("/tmp/outrigger-{}", ::geteuid());
}

/// @return The lock; empty when another process holds it.
absl::StatusOr<UniqueFd> TakeLock(const std::string& path) {
  for (;;) {
    UniqueFd lock(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    if (!lock) return absl::ErrnoToStatus(errno, "cannot make " + path);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return UniqueFd();
    struct stat locked {};
    struct stat named {};
    // The last holder may have removed the file between our open and our lock.
    if (::fstat(lock.get(), &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
        locked.st_ino == named.st_ino)
      return lock;
  }
}

}  // namespace

absl::StatusOr<std::string> RuntimePath(std::string_view name) {
  if (!IsLabel(name)) {
    return absl::InvalidArgumentError(fmt::format(
        "--name: {} is no name for a mesh; use lower case letters, digits and dashes", name));
  }
  return fmt::format("{}/{}", BaseFolder(), name);
}

absl::StatusOr<RuntimeDir> RuntimeDir::Create(std::string_view name) {
  auto path = RuntimePath(name);
  if (!path.ok()) return path.status();
  std::error_code error;
  fs::create_directories(BaseFolder(), error);
  auto lock = TakeLock(*path + ".lock");
  if (!lock.ok()) return lock.status();
  if (!*lock) {
    return absl::AlreadyExistsError(
        fmt::format("a mesh called {} is up; see it with `outrigger status`, end it with "
                    "`outrigger down`, or choose another --name",
                    name));
  }
  fs::remove_all(*path, error);  // of a mesh that was killed
  for (const char* folder : {"", "/logs", "/prometheus", "/node"}) {
    fs::create_directories(*path + folder, error);
    if (error)
      return absl::InternalError(
          fmt::format("cannot make {}{}: {}", *path, folder, error.message()));
  }
  return RuntimeDir(*std::move(path), *std::move(lock));
}

void RuntimeDir::Remove() {
  if (!lock_) return;
  std::error_code error;
  fs::remove_all(path_, error);
  // While it is still held: whoever has opened this file and waits for it finds out (TakeLock) and
  // makes a new one.
  fs::remove(path_ + ".lock", error);
  lock_.Reset();
}

}  // namespace outrigger::local
