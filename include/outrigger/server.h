#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "outrigger/message.h"

namespace outrigger {

struct ServerOptions {
  std::string address = "0.0.0.0:9080";  ///< "ip:port", "[::]:port"; port 0 lets the kernel choose
  int handler_threads = 8;               ///< handlers may block; this many run at once
  std::size_t max_body_bytes = 16u << 20;  ///< larger request bodies are answered 413
  std::size_t max_queued_requests = 1024;  ///< waiting for a handler thread; more are answered 503
};

/// An HTTP/1.1 (and 1.0) server: connections are carried by one event-loop thread, handlers run on a
/// pool of threads of their own and may block.
///
///   outrigger::Server server({.address = "127.0.0.1:9080"});
///   server.Handle("GET", "/health", [](const Request&) { return Response::Text(200, "ok"); });
///   server.Start();   // listening when it returns true
///   server.Wait();    // until SIGTERM/SIGINT or Stop()
class Server {
 public:
  using Handler = std::function<Response(const Request&)>;

  explicit Server(ServerOptions options);
  ~Server();  ///< stops and joins
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Adds a route. `path` ending in '*' matches by prefix; `method` "*" matches every method. First added wins.
  /// A path that matches with another method only is answered 405, anything else 404. Before Start() only.
  void Handle(std::string method, std::string path, Handler handler);

  /// Binds and starts serving. False when the address cannot be bound; `error()` then says why.
  [[nodiscard]] bool Start();
  [[nodiscard]] const std::string& error() const;

  /// The port that was bound (useful with port 0). After Start().
  [[nodiscard]] std::uint16_t port() const;

  /// Blocks until SIGTERM or SIGINT arrives or Stop() is called; then drains: no new connections,
  /// requests in flight get up to `drain` to finish.
  void Wait(std::chrono::milliseconds drain = std::chrono::seconds(5));

  /// Thread-safe; may be called from a handler.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrigger
