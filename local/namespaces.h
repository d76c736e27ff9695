#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Makes a new namespace (CLONE_NEWNET, CLONE_NEWUTS or CLONE_NEWIPC) and leaves the calling thread
/// where it was. The descriptor alone keeps it alive: it has no name, and no process to hold it.
absl::StatusOr<UniqueFd> NewNamespace(int flag);

/// Opens the namespace of this kind that the calling thread is in.
absl::StatusOr<UniqueFd> CurrentNamespace(int flag);

/// Moves the calling thread into a namespace for the lifetime of this object. Single-threaded
/// programs only: sockets, interfaces and sysctls of the whole process are elsewhere meanwhile.
class NamespaceVisit {
 public:
  NamespaceVisit(int ns, int flag);
  ~NamespaceVisit();
  NamespaceVisit(const NamespaceVisit&) = delete;
  NamespaceVisit& operator=(const NamespaceVisit&) = delete;
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  UniqueFd home_;
  int flag_;
  absl::Status status_;
};

/// Writes a value below /proc/sys, of the network namespace the caller is in.
absl::Status WriteSysctl(const std::string& name, const std::string& value);

}  // namespace outrigger::local
