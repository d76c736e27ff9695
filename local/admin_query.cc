#include "local/admin_query.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "local/namespaces.h"

namespace outrigger::local {
namespace {

constexpr std::uint16_t kAdminPort = 15000;
constexpr std::size_t kMaxAnswer = 16 << 20;
constexpr std::chrono::milliseconds kTimeout{1000};

UniqueFd SocketIn(int network_namespace) {
  const NamespaceVisit visit(network_namespace, CLONE_NEWNET);
  if (!visit.status().ok()) return {};
  return UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

AdminQuery::AdminQuery(PollLoop& loop, int network_namespace, const std::string& path,
                       std::function<void(std::string)> done)
    : loop_(loop),
      done_(std::move(done)),
      socket_(SocketIn(network_namespace)),
      request_(
          fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(kAdminPort);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool started =
      socket_ && (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0 ||
                  errno == EINPROGRESS);
  if (started) loop_.Watch(socket_.get(), POLLOUT, [this](short) { OnConnected(); });
  timer_ = loop_.After(started ? kTimeout : std::chrono::milliseconds(0), [this] {
    timer_ = 0;
    answer_.clear();
    Finish();
  });
}

AdminQuery::~AdminQuery() {
  loop_.Cancel(timer_);
  if (socket_) loop_.Unwatch(socket_.get());
}

void AdminQuery::OnConnected() {
  if (::send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request_.size())) {
    return Finish();
  }
  loop_.Watch(socket_.get(), POLLIN, [this](short) { OnReadable(); });
}

void AdminQuery::OnReadable() {
  std::array<char, 65536> buffer{};
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size > 0) answer_.append(buffer.data(), static_cast<std::size_t>(size));
  if (size <= 0 || answer_.size() > kMaxAnswer) Finish();
}

void AdminQuery::Finish() {
  loop_.Cancel(std::exchange(timer_, 0));
  if (socket_) {
    loop_.Unwatch(socket_.get());
    socket_.Reset();
  }
  if (auto done = std::exchange(done_, nullptr)) done(std::move(answer_));  // it may destroy us
}

}  // namespace outrigger::local
