#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "local/container_env.h"
#include "local/image_map.h"
#include "local/ipv4.h"
#include "local/poll_loop.h"
#include "local/reaper.h"

namespace outrigger::local {

/// A listening socket from outside the node that a proxy accepts from, besides its own listener of
/// that name.
struct AcceptSocket {
  std::string listener;
  int fd = -1;
};

/// What pods need from the node they run on. Outlives them.
struct PodHost {
  PollLoop& loop;
  Reaper& reaper;
  const ImageMap& images;
  std::string bin_dir;   ///< our programs, on the machine
  std::string pods_dir;  ///< in the node's memory file system: volumes and private layers
  std::string logs_dir;  ///< on the machine

  /// Service variables for pods of a namespace.
  std::function<std::map<std::string, std::string>(const std::string& ns)> service_variables;
  /// ConfigMaps and Secrets of a namespace.
  std::function<FindData(const std::string& ns)> data_of;
  /// One line for the person who started the mesh.
  std::function<void(std::string line)> say;
};

}  // namespace outrigger::local
