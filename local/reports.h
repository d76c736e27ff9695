#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "local/pod_status.h"

namespace outrigger::local {

/// What the node tells its supervisor: one JSON object per line over a socket pair. The other way
/// there is one word only
/// ("down").
struct NodeReport {
  std::vector<std::string> lines;  ///< for the person at the terminal
  std::vector<PodRow> pods;
  bool complete = false;     ///< every pod of the input is among `pods`
  bool has_gateway = false;  ///< somebody serves the gateway's host port
  bool has_prometheus = false;
  std::string fatal;  ///< the node gives up, and why

  friend bool operator==(const NodeReport&, const NodeReport&) = default;
};

/// One line, without the line feed.
std::string ToJson(const NodeReport& report);
std::optional<NodeReport> ParseNodeReport(std::string_view json);

/// A mesh as its supervisor answers `{"op":"status"}`; `outrigger status --json` prints the same
/// line. What there is not is "".
struct MeshStatus {
  std::string name;
  std::vector<PodRow> pods;
  bool complete = false;       ///< every pod of the input is among `pods`
  std::string gateway;         ///< URL
  std::string prometheus;      ///< path of a unix socket
  std::string prometheus_url;  ///< with --prometheus-port
  std::string runtime_dir;

  friend bool operator==(const MeshStatus&, const MeshStatus&) = default;
};

std::string ToJson(const MeshStatus& status);
std::optional<MeshStatus> ParseMeshStatus(std::string_view json);

/// For people: where things are, one per line.
std::string RenderPlaces(const MeshStatus& status);
/// The table of pods, then the places.
std::string Render(const MeshStatus& status, std::int64_t now);

}  // namespace outrigger::local
