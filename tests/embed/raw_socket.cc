#include "tests/embed/raw_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <charconv>

namespace outrigger {
namespace {

void LimitWaiting(int fd) {
  const timeval limit{20, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);  // for accept() too
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

UniqueFd Bind(bool listening) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = SocketAddress::FromIp("127.0.0.1", 0);
  LimitWaiting(fd.get());
  EXPECT_EQ(bind(fd.get(), address->data(), address->size()), 0);
  if (listening) {
    EXPECT_EQ(listen(fd.get(), 16), 0);
  }
  return fd;
}

}  // namespace

RawSocket::RawSocket(UniqueFd fd) : fd_(std::move(fd)) { LimitWaiting(fd_.get()); }

RawSocket RawSocket::Connect(std::uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = SocketAddress::FromIp("127.0.0.1", port);
  EXPECT_EQ(connect(fd.get(), address->data(), address->size()), 0);
  return RawSocket(std::move(fd));
}

void RawSocket::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer left: the test looks at what it said
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawSocket::Fill() {
  char bytes[64 * 1024];
  const ssize_t got = recv(fd_.get(), bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  unread_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string RawSocket::ReadUntil(std::string_view end) {
  std::size_t found;
  while ((found = unread_.find(end)) == std::string::npos) {
    if (!Fill()) return std::exchange(unread_, {});
  }
  std::string text = unread_.substr(0, found + end.size());
  unread_.erase(0, found + end.size());
  return text;
}

std::string RawSocket::Read(std::size_t count) {
  while (unread_.size() < count && Fill()) {
  }
  std::string text = unread_.substr(0, count);
  unread_.erase(0, count);
  return text;
}

std::string RawSocket::ReadMessage() {
  std::string head = ReadUntil("\r\n\r\n");
  constexpr std::string_view kName = "Content-Length: ";
  const auto at = head.find(kName);
  std::size_t length = 0;
  if (at != std::string::npos) {
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
  }
  return head + Read(length);
}

std::string RawSocket::ReadAll() {
  while (Fill()) {
  }
  return std::exchange(unread_, {});
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts)
    : listening_(Bind(true)), port_(LocalAddress(listening_.get()).port()) {
  thread_ = std::thread([this, scripts = std::move(scripts)] {
    for (const Script& script : scripts) {
      RawSocket socket(UniqueFd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
      script(socket);
    }
  });
}

ScriptedServer::~ScriptedServer() { thread_.join(); }

DeafPort::DeafPort() : fd_(Bind(false)) {}
std::uint16_t DeafPort::port() const { return LocalAddress(fd_.get()).port(); }

}  // namespace outrigger
