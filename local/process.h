#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "local/capabilities.h"
#include "local/node_network.h"
#include "local/privilege.h"

namespace outrigger::local {

/// A file or folder of the node that a container sees at `target`.
struct BindMount {
  std::string source, target;
  bool read_only = false;
};

/// Everything about one container process.
struct ProcessSpec {
  std::vector<std::string> argv;         ///< the program (looked up in PATH) and its arguments
  std::vector<std::string> environment;  ///< NAME=value
  std::string working_directory = "/";
  privilege::Ids ids;
  CapabilitySet capabilities = 0;
  bool read_only_root = false;
  /// Folder of the node, empty or absent, for the private writable layer over the machine's file
  /// system.
  std::string layer;
  std::vector<BindMount> mounts;  ///< in this order; missing targets are made
  std::map<std::string, std::string>
      files;                   ///< absolute path -> content, put into the private layer
  std::vector<int> inherited;  ///< become descriptors 3, 4, ... of the process
  int log = -1;                ///< takes stdout and stderr
};

/// Starts a container: a process that is the first of its own PID namespace, in the pod's network,
/// host name and IPC namespaces, with a mount namespace whose root is a private overlay over the
/// machine's file system. /tmp, /run and /dev start empty; /proc shows the container alone. When it
/// ends, all it started ends with it.
///
/// @return Its pid here, once the program runs; Internal with the step that failed and why
/// otherwise.
absl::StatusOr<pid_t> StartContainer(const Sandbox& sandbox, const ProcessSpec& spec);

/// Starts a command inside a running container (exec probes, lifecycle hooks); the caller reaps it.
absl::StatusOr<pid_t> StartInside(pid_t container, const ProcessSpec& spec);

/// Starts a program of the node itself (Prometheus, nft): the node's own root and network.
absl::StatusOr<pid_t> StartOnNode(const ProcessSpec& spec);

/// Where our programs are inside containers.
inline constexpr char kContainerBinDir[] = "/opt/outrigger/bin";

}  // namespace outrigger::local
