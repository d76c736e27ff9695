#include "rpc/http_server.h"

#include <cstring>
#include <utility>

namespace outrigger::rpc {

HttpServer::HttpServer(EventLoop& loop, stream::StreamHandler& handler, HttpServerOptions options)
    : loop_(loop), handler_(handler), options_(options), scope_(loop) {}

HttpServer::~HttpServer() = default;

bool HttpServer::Listen(const SocketAddress& address, std::string& error) {
  int error_number = 0;
  Result<UniqueFd> socket = ListenTcp(address, options_.share_port, &error_number);
  if (!socket) {
    error = "cannot listen on " + address.text() + ": " + std::strerror(error_number);
    return false;
  }
  acceptors_.emplace_back(loop_, std::move(*socket), [this](UniqueFd fd, SocketAddress peer) {
    OnAccept(std::move(fd), peer);
  });
  return true;
}

SocketAddress HttpServer::address() const {
  return acceptors_.empty() ? SocketAddress() : acceptors_.front().address();
}

void HttpServer::OnAccept(UniqueFd fd, SocketAddress peer) {
  if (connections_.size() >= options_.max_connections) return;  // closes it
  scope_.Spawn(ServeConnection(std::move(fd), peer));
}

Awaitable<void> HttpServer::ServeConnection(UniqueFd fd, SocketAddress peer) {
  const SocketAddress local = LocalAddress(fd.get());
  const auto transport = SocketTransport::Adopt(loop_, std::move(fd), peer);
  if (transport == nullptr) co_return;
  Input input(*transport, read_buffer_);
  listener::H1Connection connection(loop_, input, {peer, local, local}, options_.http, connections_,
                                    handler_, nullptr);
  co_await connection.Run();
}

Awaitable<void> HttpServer::Close(MonotonicTime deadline) {
  for (listener::Acceptor& acceptor : acceptors_) acceptor.Close();
  connections_.Drain();
  // At the deadline this task is interrupted, and Join() passes that on to the connections.
  const ScopedTimeout timeout(co_await CurrentTask{}, deadline,
                              {ErrorCode::kStopped, Side::kLocal, "the drain took too long"});
  co_await scope_.Join();
}

}  // namespace outrigger::rpc
