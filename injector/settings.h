#pragma once

#include <absl/status/statusor.h>

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/options.h"
#include "injector/selector.h"

namespace outrigger::injector {

/// What one pod asks for: its annotations, checked, over the operator's options.
struct PodSettings {
  // Containers.
  std::string image, init_image;  ///< complete references
  Resources resources;
  std::string log_level, component_log_level, agent_log_level;
  bool native = false;  ///< istio-proxy as a native sidecar
  bool hold_application = false;
  bool cap_net_bind_service = false;
  std::string bootstrap_override;                        ///< name of a ConfigMap; empty: none
  boost::json::object user_volumes, user_volume_mounts;  ///< by volume name

  // The agent's port and probes.
  std::uint16_t status_port = 15020;  ///< 0: no agent port, so no probes and nothing to merge
  std::uint32_t readiness_initial_delay_seconds = 0;
  std::uint32_t readiness_period_seconds = 0;
  std::uint32_t readiness_failure_threshold = 0;
  bool rewrite_probes = true;
  bool merge_prometheus = true;

  // Interception. An empty optional means that nobody said anything, which differs from "".
  std::string interception_mode;  ///< REDIRECT, TPROXY or NONE
  std::string include_outbound_ip_ranges, exclude_outbound_ip_ranges;
  std::string include_inbound_ports;
  std::string exclude_inbound_ports;  ///< the user's, then the status port
  std::optional<std::string> include_outbound_ports, exclude_outbound_ports;
  std::optional<std::string> reroute_interfaces, exclude_interfaces;

  boost::json::object proxy_config;    ///< effective, defaults included
  std::vector<std::string> templates;  ///< "sidecar" or "gateway"
};

/// Reads the annotations of a pod (reference: injection contract, section 8).
/// @return kInvalidArgument naming every invalid annotation:
///         `invalid value '<v>' for annotation '<name>': <reason>`, joined by "; ".
absl::StatusOr<PodSettings> ReadSettings(const Labels& annotations, const InjectorOptions& options);

}  // namespace outrigger::injector
