#pragma once

#include "base/input.h"
#include "proxy/router/environment.h"
#include "proxy/stream/server_stream.h"

namespace outrigger::tcp {

struct RelayOptions {
  std::string cluster;  ///< empty: the connection is closed, flag UH
  router::Direction direction = router::Direction::kOutbound;
  Duration idle_timeout = std::chrono::hours(1);       ///< without a byte either way; 0: none
  Duration report_interval = std::chrono::seconds(5);  ///< of the byte counters
};

/// Carries opaque bytes between a client and an endpoint of the cluster until both directions have
/// ended. A FIN is passed on and the other direction goes on (half-close); a RST becomes a RST on
/// the other leg. Counted as one TCP connection on its edge; a connection that never got through is
/// counted with flag UF, UH, UO or NC and closed.
Awaitable<void> Relay(router::Environment& environment, Input& downstream,
                      stream::ConnectionInfo info, RelayOptions options);

}  // namespace outrigger::tcp
