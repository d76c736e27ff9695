#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cmd/outrigger/top_address.h"

namespace outrigger::cli {

/// An HTTP server for one request per connection, on a TCP port of the kernel's choice and on a
/// unix socket.
class FakePrometheus {
 public:
  /// Gets the request's head, returns the whole answer; kSilent keeps the connection open without a
  /// word.
  using Handler = std::function<std::string(const std::string&)>;
  static constexpr char kSilent[] = "(silent)";

  explicit FakePrometheus(Handler handler) : handler_(std::move(handler)) {
    std::string pattern = "/tmp/fake_prometheus_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    std::strcpy(local.sun_path, (folder_ + "/prometheus.sock").c_str());
    listeners_[0] = Listen(AF_UNIX, reinterpret_cast<const sockaddr*>(&local), sizeof local);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listeners_[1] = Listen(AF_INET, reinterpret_cast<const sockaddr*>(&any), sizeof any);
    (void)!pipe(stop_);
    thread_ = std::thread([this] { Serve(); });
  }

  ~FakePrometheus() {
    (void)!write(stop_[1], "x", 1);
    thread_.join();
    for (const int fd : open_) close(fd);
    for (const int fd : {listeners_[0], listeners_[1], stop_[0], stop_[1]}) close(fd);
    unlink((folder_ + "/prometheus.sock").c_str());
    rmdir(folder_.c_str());
  }

  [[nodiscard]] HttpAddress tcp() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(listeners_[1], reinterpret_cast<sockaddr*>(&bound), &size);
    HttpAddress address;
    address.host = "127.0.0.1";
    address.port = ntohs(bound.sin_port);
    address.text = url();
    return address;
  }
  [[nodiscard]] HttpAddress unix() const {
    HttpAddress address;
    address.host = "prometheus";
    address.socket = folder_ + "/prometheus.sock";
    address.text = address.socket;
    return address;
  }
  [[nodiscard]] std::string url() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(listeners_[1], reinterpret_cast<sockaddr*>(&bound), &size);
    return "http://127.0.0.1:" + std::to_string(ntohs(bound.sin_port));
  }

 private:
  static int Listen(int family, const sockaddr* address, socklen_t size) {
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, address, size) != 0 || listen(fd, 8) != 0) abort();
    return fd;
  }

  void Serve() {
    while (true) {
      pollfd entries[] = {
          {listeners_[0], POLLIN, 0}, {listeners_[1], POLLIN, 0}, {stop_[0], POLLIN, 0}};
      poll(entries, 3, -1);
      if (entries[2].revents != 0) return;
      for (int i = 0; i < 2; ++i) {
        if (entries[i].revents != 0) Answer(accept(listeners_[i], nullptr, nullptr));
      }
    }
  }

  void Answer(int fd) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = read(fd, buffer, sizeof buffer);
      if (got <= 0) break;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    const std::string answer = handler_(request);
    if (answer == kSilent) {
      open_.push_back(fd);
      return;
    }
    (void)!write(fd, answer.data(), answer.size());
    close(fd);
  }

  Handler handler_;
  std::string folder_;
  int listeners_[2] = {-1, -1};
  int stop_[2] = {-1, -1};
  std::vector<int> open_;
  std::thread thread_;
};

}  // namespace outrigger::cli
