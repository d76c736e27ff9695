#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/input.h"
#include "base/task_scope.h"
#include "proxy/listener/acceptor.h"
#include "proxy/listener/connection_set.h"
#include "proxy/listener/h1_connection.h"

namespace outrigger::server {

/// One of the process's own HTTP ports (admin, health, stats, agent), served on the main thread by
/// the same connections as routed traffic. The handler outlives the port.
class ServicePort {
 public:
  ServicePort(EventLoop& loop, ReadBuffer& read_buffer, stream::StreamHandler& handler);
  ~ServicePort();

  /// Listens on "ip:port"; "off" is success without listening. On failure `error` says what and
  /// why.
  [[nodiscard]] bool Listen(const std::string& address, std::string* error);
  [[nodiscard]] SocketAddress address() const;
  /// Stops accepting and interrupts what is in flight; Join() afterwards, or run the loop until
  /// done().
  void Stop();
  [[nodiscard]] bool done() const { return tasks_.empty(); }

 private:
  Awaitable<void> Serve(std::unique_ptr<Transport> transport, stream::ConnectionInfo info);

  EventLoop& loop_;
  ReadBuffer& read_buffer_;
  stream::StreamHandler& handler_;
  listener::HttpOptions options_;
  listener::ConnectionSet connections_;
  std::unique_ptr<listener::Acceptor> acceptor_;
  std::size_t active_ = 0;
  TaskScope tasks_;
};

}  // namespace outrigger::server
