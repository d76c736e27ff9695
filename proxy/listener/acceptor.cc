#include "proxy/listener/acceptor.h"

#include <fcntl.h>

#include <cerrno>

namespace outrigger::listener {

namespace {
constexpr int kAcceptsPerTurn = 32;

UniqueFd OpenReserve() { return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }
}  // namespace

Acceptor::Acceptor(EventLoop& loop, UniqueFd socket, OnAccept on_accept)
    : loop_(loop),
      socket_(std::move(socket)),
      reserve_(OpenReserve()),
      address_(LocalAddress(socket_.get())),
      on_accept_(std::move(on_accept)) {
  const int flags = fcntl(socket_.get(), F_GETFL);
  if ((flags & O_NONBLOCK) == 0) fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
  if (!loop_.WatchReadable(socket_.get(), *this)) socket_ = UniqueFd();
}

Acceptor::~Acceptor() { Close(); }

void Acceptor::Close() {
  if (!socket_.valid()) return;
  loop_.Unwatch(socket_.get(), *this);
  const UniqueFd gone(socket_.release());
}

void Acceptor::OnFdEvents(std::uint32_t /*events*/) {
  for (int i = 0; i < kAcceptsPerTurn && socket_.valid(); ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    UniqueFd fd(accept4(socket_.get(), reinterpret_cast<sockaddr*>(&storage), &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.valid()) {
      on_accept_(std::move(fd), SocketAddress(reinterpret_cast<const sockaddr*>(&storage)));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE) {
      RefuseOne();
      continue;
    }
    if (errno == ECONNABORTED || errno == EINTR) continue;
    return;  // EAGAIN, or nothing that trying again now would mend
  }
}

/// Without this a full table of descriptors would make the readable socket spin the loop.
void Acceptor::RefuseOne() {
  ++refused_;
  { const UniqueFd given_up(reserve_.release()); }
  { const UniqueFd refused(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  reserve_ = OpenReserve();
}

}  // namespace outrigger::listener
