#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace outrigger::cmd {

/// What outrigger-proxy was asked to do.
struct ProxyOptions {
  enum class Mode {
    kServe,    // serve a configuration
    kCheck,    // read and validate it, then leave
    kWait,     // `wait`: until the proxy of this pod is ready
    kRequest,  // `request METHOD PATH`: one call to the agent port
    kVersion,
    kHelp,
  };
  Mode mode = Mode::kServe;
  std::string config_file;
  std::vector<std::pair<std::string, int>> sockets;  ///< --accept LISTENER=FD
  std::string log_level = "info";
  std::string url = "http://127.0.0.1:15021/healthz/ready";  ///< kWait
  int timeout_seconds = 60;                                  ///< kWait
  std::string method;                                        ///< kRequest
  std::string path;                                          ///< kRequest
  int debug_port = 15020;                                    ///< kRequest
};

extern const char* const kProxyUsage;

/// Reads the arguments of outrigger-proxy, and the forms of pilot-agent that manifests and hooks
/// use: `proxy sidecar ...`, `proxy router ...`, `wait`, `request METHOD PATH`. Flags of
/// pilot-agent that mean nothing here are accepted. The configuration file of the pilot-agent forms
/// is env OUTRIGGER_CONFIG, else /etc/istio/proxy/outrigger.yaml. On failure `error` is one line.
std::optional<ProxyOptions> ParseProxyOptions(const std::vector<std::string>& arguments,
                                              const char* config_variable, std::string* error);

}  // namespace outrigger::cmd
