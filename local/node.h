#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "local/unique_fd.h"

namespace outrigger::local {

/// What the supervisor tells the node before it starts.
struct NodeOptions {
  std::vector<std::string> inputs;  ///< files and folders with manifests
  std::string default_namespace = "default";
  bool inject_default_namespace = false;
  std::string images_file;  ///< --images; empty: images.yaml beside the input, if there
  std::string bin_dir;      ///< our programs
  std::string runtime_dir;
  std::string prometheus;  ///< program; empty: none
  std::chrono::seconds scrape_interval{2};
  UniqueFd gateway;  ///< listening socket for the gateway's HTTP port; empty: none
  std::vector<UniqueFd> prometheus_doors;  ///< listening sockets that lead to Prometheus
  UniqueFd channel;                        ///< to the supervisor (reports.h); its end ends the node
};

/// The first process of the node: makes the network, reads the manifests and keeps the pods, names,
/// VIPs and proxy configurations as they say, until told to stop or the supervisor is gone. To be
/// called in a new process in new namespaces (privilege::NodeCloneFlags). When it returns, the
/// process ends, and the kernel ends all the rest with it.
///
/// @return Exit code.
int RunNode(NodeOptions options);

}  // namespace outrigger::local
