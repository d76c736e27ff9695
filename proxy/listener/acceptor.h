#pragma once

#include <functional>

#include "base/socket_transport.h"

namespace outrigger::listener {

/// Accepts on one listening socket and hands connections on. Level-triggered, a bounded number per
/// turn, so that several workers or processes may share the socket.
class Acceptor final : private FdHandler, private Timer {
 public:
  using OnAccept = std::function<void(UniqueFd, SocketAddress peer)>;

  /// Takes over a listening, non-blocking socket. `on_accept` runs on the loop's thread.
  Acceptor(EventLoop& loop, UniqueFd socket, OnAccept on_accept);
  ~Acceptor() override;

  /// Stops accepting; what waits in the kernel's queue is left to other processes sharing the
  /// socket.
  void Close();
  [[nodiscard]] SocketAddress address() const { return address_; }
  [[nodiscard]] bool open() const { return socket_.valid(); }
  /// Connections that had to be closed at once because descriptors ran out.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void OnFdEvents(std::uint32_t events) override;
  void OnTimer() override;
  bool RefuseOne();
  void Pause();

  EventLoop& loop_;
  UniqueFd socket_;
  UniqueFd reserve_;  // given up for a moment to accept and close when descriptors run out
  SocketAddress address_;
  OnAccept on_accept_;
  std::uint64_t refused_ = 0;
};

}  // namespace outrigger::listener
