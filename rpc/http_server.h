#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/input.h"
#include "base/socket_transport.h"
#include "base/task_scope.h"
#include "proxy/listener/acceptor.h"
#include "proxy/listener/connection_set.h"
#include "proxy/listener/h1_connection.h"

namespace outrigger::rpc {

struct HttpServerOptions {
  listener::HttpOptions http;
  std::size_t max_connections = 10'000;  ///< more are closed right after they were accepted
  /// False: listening sockets do not share their port with other processes.
  bool share_port = false;
};

/// Serves HTTP on one event loop: the accept path of the proxy, for our own programs.
///
/// One thread, the loop's; constructing and Listen() may happen on another one before the loop
/// runs.
class HttpServer {
 public:
  /// `handler` serves every stream and outlives the server.
  HttpServer(EventLoop& loop, stream::StreamHandler& handler, HttpServerOptions options = {});
  ~HttpServer();  ///< after Close(), or when the loop never ran

  /// Binds and accepts; may be called for several addresses. False: `error` says why.
  [[nodiscard]] bool Listen(const SocketAddress& address, std::string& error);
  /// Where the first socket is bound.
  [[nodiscard]] SocketAddress address() const;

  /// Stops accepting, lets idle connections go, gives running requests until `deadline`, then cuts
  /// them. Past this no connection exists. Once only.
  Awaitable<void> Close(MonotonicTime deadline);

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  void OnAccept(UniqueFd fd, SocketAddress peer);
  Awaitable<void> ServeConnection(UniqueFd fd, SocketAddress peer);

  EventLoop& loop_;
  stream::StreamHandler& handler_;
  const HttpServerOptions options_;
  ReadBuffer read_buffer_;
  listener::ConnectionSet connections_;
  TaskScope scope_;
  std::list<listener::Acceptor> acceptors_;
};

}  // namespace outrigger::rpc
