#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace outrigger::cli {

/// Where an HTTP server listens: a TCP host and port, or a unix socket.
struct HttpAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string socket;  ///< path of the unix socket; empty for TCP
  std::string prefix;  ///< path before /api/v1, without a slash at its end
  std::string text;    ///< how to name it in messages
};

/// Reads http://host[:port][/prefix]. https is refused: put a relay or `kubectl port-forward`
/// between.
absl::StatusOr<HttpAddress> ParsePrometheusUrl(const std::string& url);

/// Folders in which local meshes keep their sockets, best first: $XDG_RUNTIME_DIR/outrigger,
/// /run/outrigger.
std::vector<std::string> MeshFolders();

/// The Prometheus relay of the local mesh `name` in one of `folders`; when `name` is empty, of the
/// only mesh there is. The error says which meshes there are, or how to start one.
absl::StatusOr<HttpAddress> FindLocalPrometheus(const std::string& name,
                                                const std::vector<std::string>& folders);

}  // namespace outrigger::cli
