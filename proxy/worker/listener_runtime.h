#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "proxy/listener/acceptor.h"
#include "proxy/listener/h1_connection.h"
#include "proxy/router/router.h"
#include "proxy/snapshot/snapshot.h"

namespace outrigger::worker {

/// One chain of a listener, ready to serve: the router for its HTTP side, the cluster for its TCP
/// side.
struct ChainRuntime {
  ChainRuntime(router::Environment& environment, const snapshot::Chain& chain,
               router::Direction direction, const http::H1Limits& limits);
  const snapshot::Chain& config;
  listener::HttpOptions http_options;
  router::Router router;
};

/// A listener's configuration on one worker, immutable. Connections keep the one they were accepted
/// with, so a change never touches them; their streams see new routes and clusters all the same.
class ListenerRuntime {
 public:
  ListenerRuntime(router::Environment& environment,
                  std::shared_ptr<const snapshot::ListenerConfig> config,
                  const http::H1Limits& limits);

  /// The chain for a connection: of a capture listener by original destination (address and port
  /// first, then port), otherwise the only one. Null when nothing matches.
  [[nodiscard]] ChainRuntime* FindChain(const SocketAddress& original_destination) const;
  [[nodiscard]] const snapshot::ListenerConfig& config() const { return *config_; }

 private:
  const std::shared_ptr<const snapshot::ListenerConfig> config_;
  std::vector<std::unique_ptr<ChainRuntime>> chains_;
  absl::flat_hash_map<std::string, ChainRuntime*> by_address_;  // "10.96.0.5:9080"
  absl::flat_hash_map<std::uint16_t, ChainRuntime*> by_port_;
};

}  // namespace outrigger::worker
