#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "control/file_watcher.h"
#include "control/resource.h"
#include "control/store.h"
#include "proxy/config/problem.h"

namespace outrigger::control {

/// Reads Kubernetes objects from files and directories (recursively: *.yaml, *.yml, *.json; hidden
/// names are skipped) and notices when they change. Arguments are read in the order given, what is
/// inside a directory sorted by path; of two objects of the same name the later one counts.
///
/// The last good state stays in force: a file that cannot be read or does not parse keeps the
/// objects it had, an object that admission refuses keeps its previous version. A file that is
/// removed takes its objects with it. No threads: the owner waits on fd(), calls Poll(), and after
/// a pause of 50 ms or so without further changes Load().
class DirectorySource {
 public:
  /// @param default_namespace  for objects that name none.
  DirectorySource(std::vector<std::string> paths, std::string default_namespace);

  /// Reads what has changed and rebuilds store(). @param problems  receives everything that is
  /// wrong with the files as they are now, not only what is new.
  void Load(config::Problems* problems);

  [[nodiscard]] const Store& store() const { return store_; }

  /// Readable when a watched file or directory may have changed; -1 when watching is impossible.
  [[nodiscard]] int fd() const { return watcher_.fd(); }
  /// Takes the notices from fd(). True when Load() has something to do.
  bool Poll() { return watcher_.Poll(); }

 private:
  struct File {
    std::string text;  // as of the last Load()
    std::vector<ResourcePtr> resources;
    config::Problems problems;
  };

  std::vector<std::string> ListFiles(config::Problems* problems);
  void ReadFile(const std::string& path);
  void ParseFile(const std::string& path, File& file);

  std::vector<std::string> paths_;
  std::string default_namespace_;
  FileWatcher watcher_;
  std::map<std::string, File> files_;
  Store store_;
};

}  // namespace outrigger::control
