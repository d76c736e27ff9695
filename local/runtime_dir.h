#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Where a mesh keeps what can be reached from outside: `$XDG_RUNTIME_DIR/outrigger/NAME`, or
/// `/run/outrigger/NAME` for root.
/// @return InvalidArgument unless `name` is a DNS label (it becomes part of paths and mount
/// options).
absl::StatusOr<std::string> RuntimePath(std::string_view name);

/// The runtime folder of a mesh that is up. A lock in the folder beside it (`NAME.lock`) says
/// whether somebody is using it: it falls with the process that holds it, however that ends, and
/// what is left of a mesh is cleared by the next one.
///
/// | path            | what                                          |
/// |-----------------|-----------------------------------------------|
/// | control.sock    | status and down                               |
/// | prometheus.sock | Prometheus' HTTP port                         |
/// | logs/           | one folder per pod, one file per container    |
/// | prometheus/     | its configuration and storage                 |
/// | node/           | mount point of the node's memory file system  |
class RuntimeDir {
 public:
  /// @return AlreadyExists when a mesh of this name is up; Internal when the folder cannot be made.
  static absl::StatusOr<RuntimeDir> Create(std::string_view name);

  RuntimeDir(RuntimeDir&&) = default;
  RuntimeDir& operator=(RuntimeDir&&) = default;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Takes everything away.
  void Remove();

 private:
  RuntimeDir(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
};

}  // namespace outrigger::local
