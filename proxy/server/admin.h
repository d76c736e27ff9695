#pragma once

#include "proxy/stream/server_stream.h"

namespace outrigger::server {

class Server;

/// The admin pages (15000, loopback) and, under /stats/prometheus, the proxy's own metrics (15090):
///
///   GET  /ready              200 LIVE, or 503 PRE_INITIALIZING / DRAINING
///   GET  /stats              all series, one `name{labels} value` per line; ?filter=REGEX
///   GET  /stats/prometheus   exposition format
///   GET  /config_dump        what is in force, as JSON
///   GET  /clusters           endpoints and their load, per worker
///   GET  /listeners          name and address
///   GET  /server_info        version, state, uptime
///   POST /logging?level=L    shows or sets the log level
///   POST /drain              stop taking new work, finish what runs, go on living
///   POST /quitquitquit       drain, then exit
///
/// State changes are POST and from this host only.
class AdminHandler final : public stream::StreamHandler {
 public:
  explicit AdminHandler(Server& server) : server_(server) {}
  Awaitable<void> Serve(stream::ServerStream& stream) override;

 private:
  Awaitable<void> ServeClusters(stream::ServerStream& stream);
  Awaitable<void> ServeLogging(stream::ServerStream& stream);
  Awaitable<void> ServeQuit(stream::ServerStream& stream);
  Server& server_;
};

}  // namespace outrigger::server
