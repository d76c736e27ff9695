#include "local/relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>

namespace outrigger::local {
namespace {

constexpr std::size_t kMaxConnections = 64;
constexpr std::size_t kMaxBuffered = 64 * 1024;

/// One direction: what was read from one side and not yet taken by the other.
struct Flow {
  std::string bytes;
  bool ended = false;      // the reading side has said all
  bool shut_down = false;  // and the other side knows

  [[nodiscard]] bool wants_input() const { return !ended && bytes.size() < kMaxBuffered; }
  [[nodiscard]] bool done() const { return ended && bytes.empty(); }

  /// Moves what can be moved. @return false when a side is broken.
  bool Move(int from, int to) {
    std::array<char, 16384> buffer{};
    while (wants_input()) {
      const ssize_t size = ::recv(from, buffer.data(), buffer.size(), 0);
      if (size < 0 && errno != EAGAIN && errno != ENOTCONN) return false;
      if (size < 0) break;
      if (size == 0) ended = true;
      bytes.append(buffer.data(), static_cast<std::size_t>(size));
    }
    while (!bytes.empty()) {
      const ssize_t size = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size < 0 && errno != EAGAIN && errno != ENOTCONN) return false;
      if (size < 0) break;
      bytes.erase(0, static_cast<std::size_t>(size));
    }
    if (done() && !shut_down) {
      ::shutdown(to, SHUT_WR);
      shut_down = true;
    }
    return true;
  }
};

short Interest(const Flow& from_here, const Flow& to_here, bool connected) {
  return static_cast<short>((from_here.wants_input() ? POLLIN : 0) |
                            (!to_here.bytes.empty() || !connected ? POLLOUT : 0));
}

}  // namespace

struct Relay::Connection {
  UniqueFd outer, inner;
  Flow inward, outward;
  bool connected = false;
};

Relay::Relay(PollLoop& loop, Ipv4 address, std::uint16_t port)
    : loop_(loop), address_(address), port_(port) {}

Relay::~Relay() {
  WatchListeners(false);
  for (const auto& connection : connections_) {
    loop_.Unwatch(connection->outer.get());
    loop_.Unwatch(connection->inner.get());
  }
}

void Relay::Serve(UniqueFd listener) {
  ::fcntl(listener.get(), F_SETFL, ::fcntl(listener.get(), F_GETFL) | O_NONBLOCK);
  listeners_.push_back(std::move(listener));
  WatchListeners(true);
}

void Relay::WatchListeners(bool on) {
  for (const UniqueFd& listener : listeners_) {
    if (on) {
      loop_.Watch(listener.get(), POLLIN, [this, fd = listener.get()](short) { Accept(fd); });
    } else {
      loop_.Unwatch(listener.get());
    }
  }
}

void Relay::Accept(int listener) {
  auto connection = std::make_unique<Connection>();
  connection->outer.Reset(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  connection->inner.Reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port_);
  name.sin_addr.s_addr = htonl(address_.value);
  if (!connection->outer || !connection->inner) return;
  if (::connect(connection->inner.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 &&
      errno != EINPROGRESS)
    return;
  connections_.push_back(std::move(connection));
  Rearm(*connections_.back());
  if (connections_.size() >= kMaxConnections) WatchListeners(false);
}

void Relay::Rearm(Connection& connection) {
  const auto arm = [&](int fd, short events) {
    if (events == 0) {
      loop_.Unwatch(fd);  // or its hang-up would wake us for ever
    } else {
      loop_.Watch(fd, events, [this, &connection](short) { Pump(connection); });
    }
  };
  arm(connection.outer.get(), Interest(connection.inward, connection.outward, true));
  arm(connection.inner.get(),
      Interest(connection.outward, connection.inward, connection.connected));
}

void Relay::Pump(Connection& connection) {
  if (!connection.connected) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(connection.inner.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return End(connection);
    sockaddr_in peer{};
    socklen_t peer_size = sizeof peer;
    connection.connected =
        ::getpeername(connection.inner.get(), reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0;
    if (!connection.connected) return;
  }
  if (!connection.inward.Move(connection.outer.get(), connection.inner.get()) ||
      !connection.outward.Move(connection.inner.get(), connection.outer.get())) {
    return End(connection);
  }
  if (connection.inward.done() && connection.outward.done()) return End(connection);
  Rearm(connection);
}

void Relay::End(Connection& connection) {
  loop_.Unwatch(connection.outer.get());
  loop_.Unwatch(connection.inner.get());
  connections_.remove_if([&](const auto& other) { return other.get() == &connection; });
  WatchListeners(true);
}

}  // namespace outrigger::local
