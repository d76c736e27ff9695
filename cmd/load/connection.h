#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cmd/load/response_reader.h"
#include "cmd/load/result.h"

namespace outrigger::load {

using Clock = std::chrono::steady_clock;

/// A resolved host and port.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// A client connection that carries one request at a time:
///
///   closed --Open--> connecting --> busy --answer, keep-alive--> idle --Send--> busy
///      ^-------------- failure, Close, answer without keep-alive ------'
///
/// Sockets are non-blocking and edge-triggered in the epoll instance given to Open; the owner calls
/// OnReady with the events of this connection and looks at the outcome. One thread.
class Connection {
 public:
  enum class State : std::uint8_t { kClosed, kConnecting, kIdle, kBusy };
  enum class Outcome : std::uint8_t {
    kPending,   ///< nothing to do yet
    kAnswered,  ///< reader() has the answer; the connection is idle, or closed without keep-alive
    kFailed,    ///< failure() says why; the connection is closed
    kLeft,      ///< the server closed an idle connection, as it may
  };

  Connection() = default;
  ~Connection() { Close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects and sends `request` as soon as that has succeeded. `request` must outlive the
  /// exchange.
  Outcome Open(const Address& address, int epoll, std::uint64_t id, std::string_view request,
               bool is_head);
  /// Sends on an idle connection.
  Outcome Send(std::string_view request, bool is_head);
  Outcome OnReady(std::uint32_t events, char* buffer, std::size_t buffer_size);
  void Close();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] Failure failure() const { return failure_; }
  [[nodiscard]] const ResponseReader& reader() const { return reader_; }
  /// The request failed on a connection that had served others, before any byte of an answer: what
  /// a server's idle close looks like.
  [[nodiscard]] bool failed_stale() const { return failed_stale_; }

 private:
  void Begin(std::string_view request, bool is_head);
  Outcome Flush();
  Outcome Receive(bool hung_up, char* buffer, std::size_t buffer_size);
  Outcome Finish();
  Outcome Fail(Failure failure);

  int fd_ = -1;
  State state_ = State::kClosed;
  Failure failure_ = Failure::kClosed;
  bool failed_stale_ = false;
  bool used_before_ = false;
  std::string_view unsent_;
  ResponseReader reader_;
};

}  // namespace outrigger::load
