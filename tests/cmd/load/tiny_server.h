#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace outrigger::load {

/// What the server does with one request: sends `bytes`, then closes or goes on.
struct Reply {
  std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  bool close = false;
};

/// An HTTP server for tests on 127.0.0.1 and a free port: a thread per connection, a function per
/// request. The function gets the request's head and the number of the request on its connection
/// (from 0); it runs on several threads at once.
class TinyServer {
 public:
  using Handler = std::function<Reply(const std::string& head, int number)>;

  explicit TinyServer(Handler handler = [](const std::string&, int) { return Reply{}; });
  ~TinyServer();
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  [[nodiscard]] std::string Url(const std::string& path = "/") const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return accepted_; }

 private:
  void Accept();
  void Serve(int fd) const;

  Handler handler_;
  int listener_ = -1;
  int stop_ = -1;  // an eventfd every thread watches
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace outrigger::load
