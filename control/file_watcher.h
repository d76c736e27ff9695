#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

namespace outrigger::control {

/// Notices changes of files through inotify. Directories are watched, not files: editors and
/// ConfigMap mounts replace a file rather than write to it. One thread.
class FileWatcher {
 public:
  FileWatcher();
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  /// Watches the entries of a directory (not below it). Call it before listing the directory, so
  /// that nothing can appear in between unseen. Watching it again costs nothing.
  /// @param only  the one name in it that matters; empty: every name that is not hidden, and
  ///              `..data`, which a ConfigMap mount renames on each update.
  /// @return false when the kernel refuses; errno says why.
  bool WatchDirectory(const std::string& directory, const std::string& only = {});

  /// Readable when Poll() has something to take; -1: inotify is not available.
  [[nodiscard]] int fd() const { return fd_; }
  /// Never blocks. True when something that matters has changed since the last call.
  bool Poll();

 private:
  [[nodiscard]] bool Matters(int watch, const char* name) const;

  int fd_;
  /// By watch: the names that matter; an empty set: all of them.
  std::map<int, std::set<std::string>> names_;
};

}  // namespace outrigger::control
