#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace outrigger::local {

/// The flags of `outrigger up`.
struct UpOptions {
  std::vector<std::string> inputs;
  std::string ns = "default";
  bool inject = false;
  std::string images_file;
  bool detach = false;
  std::string name = "default";
  std::uint16_t gateway_port = 31331;  ///< 0: any free one
  std::string prometheus = "auto";     ///< auto, off, or a program
  int prometheus_port = -1;            ///< on 127.0.0.1; 0: any free one; negative: none
  std::chrono::seconds scrape_interval{2};
};

/// Brings a mesh up and owns it: opens the sockets of the machine's side, starts the node, prints
/// what happens as `kubectl get pods -w` does, and serves `outrigger status` and `outrigger down`.
/// In the foreground until Ctrl-C, `down` or the node's end. With `detach` it returns when every
/// pod runs, or when it is clear which will not, and goes on in a process of its own.
///
/// @param out  The table. @param err  Problems, one line each.
/// @return Exit code: 0 ended as asked (detached: everything runs), 1 otherwise.
int Up(const UpOptions& options, std::ostream& out, std::ostream& err);

}  // namespace outrigger::local
