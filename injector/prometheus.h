#pragma once

#include <absl/status/status.h>

#include <boost/json/fwd.hpp>
#include <cstdint>

namespace outrigger::injector {

/// Makes Prometheus scrape the agent, which answers with the proxy's and the app's metrics together
/// (reference: injection contract, section 5). What the user's annotations asked for is handed to
/// the agent in ISTIO_PROMETHEUS_ANNOTATIONS. `scrape: "false"` and a port that is already the
/// agent's leave everything alone, so merging again changes nothing.
///
/// @param pod  With istio-proxy in its spec.
/// @return kInvalidArgument when the app's port is no port, or one the mesh keeps for itself.
absl::Status MergePrometheus(boost::json::object& pod, std::uint16_t status_port);

}  // namespace outrigger::injector
