#include "base/socket_transport.h"

#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <span>

namespace outrigger {

namespace {

void SetFlag(int fd, int level, int option, int value = 1) {
  setsockopt(fd, level, option, &value, sizeof value);
}

// robustness.md C-4 and H2-7. The user timeout also cuts a peer that only does not read (zero
// window), so it is the five minutes without one byte accepted of H2-7 and not C-4's 30 s: a
// process that is stopped for a minute finds its connections alive. A silent death is noticed
// just as late.
void SetKeepAlive(int fd) {
  SetFlag(fd, SOL_SOCKET, SO_KEEPALIVE);
  SetFlag(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  SetFlag(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  SetFlag(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
  SetFlag(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 300'000);
}

Error ConnectError(int number) {
  switch (number) {
    case ECONNREFUSED:
      return {ErrorCode::kConnectRefused, Side::kUpstream, "connection refused"};
    case ETIMEDOUT:
      return {ErrorCode::kConnectTimeout, Side::kUpstream, "connection timed out"};
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return {ErrorCode::kResource, Side::kLocal, "out of file descriptors or memory"};
    case EADDRNOTAVAIL:
      return {ErrorCode::kResource, Side::kLocal, "no local port left"};
    default:
      return {ErrorCode::kUnreachable, Side::kUpstream, "host unreachable"};
  }
}

}  // namespace

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

SocketAddress LocalAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return SocketAddress(reinterpret_cast<const sockaddr*>(&storage));
}

std::unique_ptr<SocketTransport> SocketTransport::Adopt(EventLoop& loop, UniqueFd fd,
                                                        SocketAddress peer) {
  SetFlag(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  SetKeepAlive(fd.get());
  auto transport = std::unique_ptr<SocketTransport>(new SocketTransport(loop, std::move(fd)));
  transport->peer_ = peer;
  transport->local_ = LocalAddress(transport->fd_.get());
  if (!loop.Watch(transport->fd_.get(), *transport)) return nullptr;
  return transport;
}

SocketTransport::~SocketTransport() { loop_.Unwatch(fd_.get(), *this); }

Result<std::size_t> SocketTransport::TryRead(std::span<char> into) {
  const ssize_t got = recv(fd_.get(), into.data(), into.size(), 0);
  if (got > 0) {
    const auto count = static_cast<std::size_t>(got);
    bytes_read_ += count;
    // A short read drained the socket: the kernel raises a new edge for what comes later
    // (epoll(7)), except for a FIN that was already announced.
    readable_ = count == into.size() || peer_finished_;
    return count;
  }
  if (got == 0) return Error{ErrorCode::kClosed, Side::kLocal, "peer closed the connection"};
  if (errno == EAGAIN || errno == EINTR) {
    readable_ = errno == EINTR;
    return std::size_t{0};
  }
  return Error{ErrorCode::kReset, Side::kLocal, "connection reset by peer"};
}

Result<std::size_t> SocketTransport::TryWrite(std::span<const iovec> from) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(from.data());
  message.msg_iovlen = from.size();
  const ssize_t put = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
  if (put >= 0) {
    bytes_written_ += static_cast<std::size_t>(put);
    return static_cast<std::size_t>(put);
  }
  if (errno == EAGAIN || errno == EINTR) {
    writable_ = errno == EINTR;
    return std::size_t{0};
  }
  return Error{ErrorCode::kReset, Side::kLocal, "connection reset by peer"};
}

void SocketTransport::ShutdownWrite() { shutdown(fd_.get(), SHUT_WR); }

void SocketTransport::ResetOnClose() {
  const linger now{1, 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool SocketTransport::HasUnread() const {
  int waiting = 0;
  return ioctl(fd_.get(), FIONREAD, &waiting) == 0 && waiting > 0;
}

void SocketTransport::OnFdEvents(std::uint32_t events) {
  const bool hangup = (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0;
  if (hangup) peer_finished_ = true;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) SignalWritable();
  if ((events & EPOLLIN) != 0 || hangup) SignalReadable();
  if (hangup) SignalHangup();
  if ((events & EPOLLERR) != 0) SignalReset();
}

Awaitable<Result<std::unique_ptr<Transport>>> SocketDialer::Dial(DialOptions options) {
  UniqueFd fd(socket(options.address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) co_return ConnectError(errno);
  if (options.mark != 0) SetFlag(fd.get(), SOL_SOCKET, SO_MARK, static_cast<int>(options.mark));
  if (options.source.valid()) {
    // Lets the kernel pick the port at connect time, per destination, instead of at bind time.
    SetFlag(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    if (bind(fd.get(), options.source.data(), options.source.size()) != 0)
      co_return ConnectError(errno);
  }
  const int started = connect(fd.get(), options.address.data(), options.address.size());
  if (started != 0 && errno != EINPROGRESS) co_return ConnectError(errno);
  const int raw = fd.get();
  auto transport = SocketTransport::Adopt(loop_, std::move(fd), options.address);
  if (transport == nullptr) co_return ConnectError(ENOMEM);
  if (started != 0) {
    transport->writable_ = false;
    while (!transport->writable()) {
      if (const Result<void> waited = co_await transport->WaitWritable(); !waited)
        co_return waited.error();
    }
    int number = 0;
    socklen_t size = sizeof number;
    getsockopt(raw, SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0) co_return ConnectError(number);
    transport->local_ = LocalAddress(raw);
  }
  co_return std::unique_ptr<Transport>(std::move(transport));
}

Result<UniqueFd> ListenTcp(const SocketAddress& address, bool share_port, int* error_number) {
  const auto fail = [&]() -> Result<UniqueFd> {
    *error_number = errno;
    return Error{ErrorCode::kResource, Side::kLocal, "cannot listen"};
  };
  UniqueFd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fail();
  SetFlag(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (share_port) SetFlag(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (address.family() == AF_INET6)
    SetFlag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, address.is_any() ? 0 : 1);
  if (bind(fd.get(), address.data(), address.size()) != 0) return fail();
  if (listen(fd.get(), 4096) != 0) return fail();
  return fd;
}

}  // namespace outrigger
