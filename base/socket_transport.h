#pragma once

#include <memory>

#include "base/event_loop.h"
#include "base/transport.h"

namespace outrigger {

/// An owned file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// A connected TCP (or unix) stream socket on one EventLoop.
class SocketTransport final : public Transport, private FdHandler {
 public:
  /// Takes a connected, non-blocking socket. Null when the kernel refuses to watch it.
  static std::unique_ptr<SocketTransport> Adopt(EventLoop& loop, UniqueFd fd, SocketAddress peer);
  ~SocketTransport() override;

  Result<std::size_t> TryRead(std::span<char> into) override;
  Result<std::size_t> TryWrite(std::span<const iovec> from) override;
  void ShutdownWrite() override;
  void ResetOnClose() override;
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  friend class SocketDialer;
  SocketTransport(EventLoop& loop, UniqueFd fd) : loop_(loop), fd_(std::move(fd)) {}
  void OnFdEvents(std::uint32_t events) override;
  [[nodiscard]] bool HasUnread() const override;

  EventLoop& loop_;
  UniqueFd fd_;
  bool peer_finished_ =
      false;  // EPOLLRDHUP seen: a short read is not the end of what there is to read
};

/// Connects with the kernel's sockets.
class SocketDialer final : public Dialer {
 public:
  explicit SocketDialer(EventLoop& loop) : loop_(loop) {}
  Awaitable<Result<std::unique_ptr<Transport>>> Dial(DialOptions options) override;

 private:
  EventLoop& loop_;
};

/// A bound, listening, non-blocking TCP socket with SO_REUSEADDR, and SO_REUSEPORT when
/// `share_port`. The error names the address and the kernel's reason.
Result<UniqueFd> ListenTcp(const SocketAddress& address, bool share_port, int* error_number);

/// The address a socket is bound to.
SocketAddress LocalAddress(int fd);

}  // namespace outrigger
