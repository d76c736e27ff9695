#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "outrigger/message.h"
#include "outrigger/routes.h"

namespace outrigger {

struct ServerOptions {
  std::string address = "0.0.0.0:9080";  ///< "ip:port", "[::]:port"; port 0 lets the kernel choose
  int handler_threads = 8;  ///< handlers may block; this many run at once, started when needed
  std::size_t max_body_bytes = 16u << 20;  ///< larger request bodies are answered 413
  std::size_t max_queued_requests = 1024;  ///< waiting for a handler thread; more are answered 503
  std::chrono::milliseconds idle_timeout{60'000};  ///< a kept-alive connection without a request
};

/// An HTTP/1.1 (and 1.0) server: connections are carried by one event-loop thread, handlers run on
/// a pool of threads of their own and may block.
///
///   outrigger::Server server({.address = "127.0.0.1:9080"});
///   server.Handle("GET", "/health", [](const Request&) { return Response::Text(200, "ok"); });
///   if (!server.Start()) { std::cerr << server.error() << '\n'; return 1; }
///   server.Wait();  // until SIGTERM, SIGINT or Stop()
///
/// Answers of its own: 400 malformed request, 404/405 no route, 413 body too large, 431 header too
/// large, 500 the handler threw, 503 more than max_queued_requests wait.
class Server {
 public:
  using Handler = outrigger::Handler;

  explicit Server(ServerOptions options, Routes routes = {});
  ~Server();  ///< as Stop(), without a drain; joins its threads, so waits for handlers that run
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Adds a route (Routes::Add). Before Start() only.
  void Handle(std::string method, std::string path, Handler handler);

  /// Binds and starts serving; once only. False when the address cannot be bound; `error()` says
  /// why.
  [[nodiscard]] bool Start();
  [[nodiscard]] const std::string& error() const;

  /// The port that was bound (useful with port 0). After Start().
  [[nodiscard]] std::uint16_t port() const;

  /// Blocks until SIGTERM or SIGINT arrives or Stop() is called; then drains: no new connections,
  /// requests in flight get up to `drain` to finish. Start() catches the two signals for the
  /// process, the first one only; a program with handlers of its own installs them after Start()
  /// and calls Stop().
  void Wait(std::chrono::milliseconds drain = std::chrono::seconds(5));

  /// Makes Wait() return. Thread-safe; may be called from a handler.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrigger
