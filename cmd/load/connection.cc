#include "cmd/load/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

namespace outrigger::load {
namespace {

Failure FromErrno(int error, bool connecting) {
  if (connecting) {
    return error == ECONNREFUSED ? Failure::kConnectRefused : Failure::kConnectFailed;
  }
  return Failure::kReset;
}

}  // namespace

Connection::Outcome Connection::Open(const Address& address, int epoll, std::uint64_t id,
                                     std::string_view request, bool is_head) {
  Begin(request, is_head);
  used_before_ = false;
  state_ = State::kConnecting;
  fd_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return Fail(Failure::kConnectFailed);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = id;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd_, &event) != 0) return Fail(Failure::kConnectFailed);
  const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(fd_, to, address.size) == 0 || errno == EINPROGRESS) return Outcome::kPending;
  return Fail(FromErrno(errno, true));
}

Connection::Outcome Connection::Send(std::string_view request, bool is_head) {
  Begin(request, is_head);
  used_before_ = true;
  state_ = State::kBusy;
  return Flush();
}

void Connection::Begin(std::string_view request, bool is_head) {
  unsent_ = request;
  failed_stale_ = false;
  reader_.Start(is_head);
}

Connection::Outcome Connection::OnReady(std::uint32_t events, char* buffer,
                                        std::size_t buffer_size) {
  if (state_ == State::kConnecting) {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Fail(FromErrno(error, true));
    if ((events & EPOLLOUT) == 0) return Outcome::kPending;
    state_ = State::kBusy;
  }
  if ((events & EPOLLOUT) != 0 && !unsent_.empty()) {
    if (const auto outcome = Flush(); outcome != Outcome::kPending) return outcome;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return Outcome::kPending;
  return Receive((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0, buffer, buffer_size);
}

Connection::Outcome Connection::Flush() {
  while (!unsent_.empty()) {
    const ssize_t n = send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Outcome::kPending;
    if (n < 0) {
      // The server may have answered before it cut the connection: what came is read when epoll
      // reports the hang-up, which it does in any case.
      unsent_ = {};
      return Outcome::kPending;
    }
    unsent_.remove_prefix(static_cast<std::size_t>(n));
  }
  return Outcome::kPending;
}

Connection::Outcome Connection::Receive(bool hung_up, char* buffer, std::size_t buffer_size) {
  while (true) {
    const ssize_t n = recv(fd_, buffer, buffer_size, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Outcome::kPending;
    if (state_ == State::kIdle) {  // closed, or sent what nobody asked for
      Close();
      return Outcome::kLeft;
    }
    if (n < 0) return Fail(FromErrno(errno, false));
    if (n == 0) {
      return reader_.Close() == ResponseReader::Progress::kDone ? Finish() : Fail(Failure::kClosed);
    }
    const auto size = static_cast<std::size_t>(n);
    const auto progress = reader_.Receive({buffer, size});
    if (progress == ResponseReader::Progress::kMalformed) return Fail(Failure::kMalformed);
    if (progress == ResponseReader::Progress::kDone) {
      const Outcome outcome = Finish();
      // A close that came along is seen now, or the edge is gone and the next request runs into it.
      if (hung_up) Close();
      return outcome;
    }
    // Edge-triggered, but a short read has emptied the socket; a hang-up still has its end to read.
    if (size < buffer_size && !hung_up) return Outcome::kPending;
  }
}

Connection::Outcome Connection::Finish() {
  // An answer that overtakes its request's body leaves the connection out of step.
  if (reader_.keep_alive() && unsent_.empty()) {
    state_ = State::kIdle;
  } else {
    Close();
  }
  return Outcome::kAnswered;
}

Connection::Outcome Connection::Fail(Failure failure) {
  failure_ = failure;
  failed_stale_ = used_before_ && !reader_.started() &&
                  (failure == Failure::kReset || failure == Failure::kClosed);
  Close();
  return Outcome::kFailed;
}

void Connection::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  state_ = State::kClosed;
}

}  // namespace outrigger::load
