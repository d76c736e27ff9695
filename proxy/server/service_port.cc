#include "proxy/server/service_port.h"

#include <cstring>

namespace outrigger::server {

namespace {
constexpr std::size_t kMaxConnections = 64;  // per own port
}

ServicePort::ServicePort(EventLoop& loop, ReadBuffer& read_buffer, stream::StreamHandler& handler)
    : loop_(loop), read_buffer_(read_buffer), handler_(handler), tasks_(loop) {
  options_.idle_timeout = std::chrono::minutes(1);
}

ServicePort::~ServicePort() = default;

bool ServicePort::Listen(const std::string& address, std::string* error) {
  if (address == "off") return true;
  const auto parsed = SocketAddress::Parse(address);
  if (!parsed) {
    *error = address + " is not an address of the form ip:port";
    return false;
  }
  int number = 0;
  Result<UniqueFd> socket = ListenTcp(*parsed, false, &number);
  if (!socket) {
    *error = "cannot listen on " + address + ": " + std::strerror(number);
    return false;
  }
  acceptor_ = std::make_unique<listener::Acceptor>(
      loop_, std::move(*socket), [this](UniqueFd fd, SocketAddress peer) {
        if (active_ >= kMaxConnections) return;  // closes: traffic needs the descriptors more
        stream::ConnectionInfo info;
        info.peer = peer;
        info.local = info.original_destination = LocalAddress(fd.get());
        auto transport = SocketTransport::Adopt(loop_, std::move(fd), peer);
        if (transport != nullptr) tasks_.Spawn(Serve(std::move(transport), info));
      });
  return true;
}

SocketAddress ServicePort::address() const {
  return acceptor_ == nullptr ? SocketAddress() : acceptor_->address();
}

Awaitable<void> ServicePort::Serve(std::unique_ptr<Transport> transport,
                                   stream::ConnectionInfo info) {
  Input input(*transport, read_buffer_);
  listener::H1Connection connection(loop_, input, info, options_, connections_, handler_, nullptr);
  ++active_;
  co_await connection.Run();
  --active_;
}

void ServicePort::Stop() {
  acceptor_.reset();
  tasks_.Stop();
}

}  // namespace outrigger::server
