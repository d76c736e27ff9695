#include "control/file_watcher.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace outrigger::control {
namespace {

// Complete changes only: a file that is being written (IN_MODIFY) is not worth reading yet.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |
                                  IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

FileWatcher::FileWatcher() : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FileWatcher::~FileWatcher() {
  if (fd_ >= 0) close(fd_);
}

bool FileWatcher::WatchDirectory(const std::string& directory, const std::string& only) {
  const int watch = inotify_add_watch(fd_, directory.c_str(), kEvents);
  if (watch < 0) return false;
  const auto [names, is_new] = names_.try_emplace(watch);
  if (only.empty()) {
    names->second.clear();
  } else if (is_new || !names->second.empty()) {
    names->second.insert(only);
  }
  return true;
}

bool FileWatcher::Matters(int watch, const char* name) const {
  const auto names = names_.find(watch);
  if (names == names_.end()) return false;
  if (name == nullptr) return true;  // the directory itself
  if (!names->second.empty()) return names->second.contains(name);
  const std::string_view entry = name;
  return !entry.starts_with('.') || entry == "..data";
}

bool FileWatcher::Poll() {
  bool changed = false;
  alignas(inotify_event) char buffer[8192];
  for (;;) {
    const ssize_t size = read(fd_, buffer, sizeof buffer);
    if (size <= 0) return changed;
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      const char* name = event.len > 0 ? buffer + at + sizeof event : nullptr;
      // After an overflow anything may have happened.
      changed = changed || (event.mask & IN_Q_OVERFLOW) != 0 || Matters(event.wd, name);
      if ((event.mask & IN_IGNORED) != 0) names_.erase(event.wd);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

}  // namespace outrigger::control
