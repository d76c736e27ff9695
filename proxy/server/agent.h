#pragma once

#include <map>
#include <optional>
#include <string>

#include "proxy/server/fetch.h"
#include "proxy/stream/server_stream.h"

namespace outrigger::server {

class Server;

/// What the injector left in the environment for the agent port.
struct AgentOptions {
  /// ISTIO_PROMETHEUS_ANNOTATIONS: where the app's own metrics are; empty when it has none.
  std::optional<FetchRequest> app_metrics;
  struct Probe {
    enum class Kind { kHttp, kTcp } kind = Kind::kHttp;
    FetchRequest request;
  };
  /// ISTIO_KUBE_APP_PROBERS: rewritten probes by path ("/app-health/web/readyz").
  std::map<std::string, Probe> probes;

  /// Reads both variables and the pod's address (INSTANCE_IP). A value that does not parse is
  /// logged and left out.
  static AgentOptions FromEnvironment();
};

/// The agent port (15020) and the health port (15021), interception reference section 8:
///
///   GET  /healthz/ready                      200 when this proxy is configured and not draining,
///   else 503 GET  /stats/prometheus, /metrics         the proxy's metrics, then the app's; a
///   failing app is left out and counted GET  /app-health/<container>/<probe>     asks the app what
///   the kubelet wanted to ask POST /drain, /quitquitquit               from this host only
class AgentHandler final : public stream::StreamHandler {
 public:
  explicit AgentHandler(Server& server)
      : server_(server), options_(AgentOptions::FromEnvironment()) {}
  Awaitable<void> Serve(stream::ServerStream& stream) override;

 private:
  Awaitable<void> ServeMerged(stream::ServerStream& stream);
  Awaitable<void> ServeProbe(stream::ServerStream& stream);
  Server& server_;
  const AgentOptions options_;
  ReadBuffer read_buffer_;
  std::uint64_t scrapes_ = 0;
  std::uint64_t app_failures_ = 0;
};

}  // namespace outrigger::server
