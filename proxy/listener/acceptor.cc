#include "proxy/listener/acceptor.h"

#include <fcntl.h>

#include <cerrno>

namespace outrigger::listener {

namespace {
constexpr int kAcceptsPerTurn = 32;
constexpr Duration kPause = std::chrono::milliseconds(100);

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
  Disarm();
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
    if (errno == ECONNABORTED || errno == EINTR) continue;
    if (errno == EAGAIN) return;
    if ((errno == EMFILE || errno == ENFILE) && RefuseOne()) continue;
    Pause();
    return;
  }
}

/// Nothing can be accepted, not even to be closed: the readable socket must not spin the loop.
void Acceptor::Pause() {
  loop_.Unwatch(socket_.get(), *this);
  loop_.timers().Arm(*this, loop_.Now() + kPause);
}

void Acceptor::OnTimer() {
  if (!loop_.WatchReadable(socket_.get(), *this)) loop_.timers().Arm(*this, loop_.Now() + kPause);
}

/// Gives the reserve up for a moment to accept and close one. False when another thread took the
/// descriptor first.
bool Acceptor::RefuseOne() {
  { const UniqueFd given_up(reserve_.release()); }
  UniqueFd refused(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const bool done = refused.valid();
  if (done) ++refused_;
  { const UniqueFd closed(refused.release()); }
  reserve_ = OpenReserve();
  return done && reserve_.valid();
}

}  // namespace outrigger::listener
