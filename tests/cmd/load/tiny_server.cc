#include "tests/cmd/load/tiny_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace outrigger::load {
namespace {

/// Waits for `fd`; false when it is time to stop.
bool Readable(int fd, int stop) {
  std::array<pollfd, 2> ready{{{fd, POLLIN, 0}, {stop, POLLIN, 0}}};
  while (poll(ready.data(), ready.size(), -1) < 0) {
  }
  return ready[1].revents == 0;
}

std::size_t BodyBytes(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

TinyServer::TinyServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  stop_ = eventfd(0, EFD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, raw, size) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, raw, &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TinyServer::~TinyServer() {
  eventfd_write(stop_, 1);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
  close(stop_);
}

std::string TinyServer::Url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

void TinyServer::Accept() {
  while (Readable(listener_, stop_)) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++accepted_;
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void TinyServer::Serve(int fd) const {
  std::string pending;
  std::array<char, 4096> chunk{};
  for (int number = 0;; ++number) {
    std::size_t end = std::string::npos;
    while ((end = pending.find("\r\n\r\n")) == std::string::npos ||
           pending.size() < end + 4 + BodyBytes(pending.substr(0, end))) {
      const ssize_t n = Readable(fd, stop_) ? recv(fd, chunk.data(), chunk.size(), 0) : 0;
      if (n <= 0) {
        close(fd);
        return;
      }
      pending.append(chunk.data(), static_cast<std::size_t>(n));
    }
    const std::string head = pending.substr(0, end);
    pending.erase(0, end + 4 + BodyBytes(head));
    const Reply reply = handler_(head, number);
    send(fd, reply.bytes.data(), reply.bytes.size(), MSG_NOSIGNAL);
    if (reply.close) {
      close(fd);
      return;
    }
  }
}

}  // namespace outrigger::load
