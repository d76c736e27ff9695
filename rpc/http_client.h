#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/input.h"
#include "base/timer_wheel.h"
#include "base/transport.h"
#include "proxy/http/h1_codec.h"
#include "proxy/upstream/h1_upstream.h"
#include "rpc/resolver.h"

namespace outrigger::rpc {

/// One exchange with whole bodies: what to send, and then what came back. Text of the heads lives
/// in the arena, or elsewhere for as long as this object.
struct HttpExchange {
  HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  Arena arena;
  std::string host;  ///< a name or an IP literal, without brackets
  std::uint16_t port = 80;
  http::RequestHead request{
      arena};  ///< its authority (Host) and content_length are the caller's too
  std::string request_body;
  MonotonicTime deadline = MonotonicTime::max();  ///< for everything, name resolution included
  std::size_t max_response_bytes = 16u << 20;
  bool reuse_connection = true;  ///< false: a connection of its own, closed afterwards

  http::ResponseHead response{arena};
  std::string response_body;
};

/// Calls HTTP servers from one event loop, keeping connections per host and port.
///
/// One thread. Kept connections: at most 256, for at most 30 s.
class HttpClient {
 public:
  /// All outlive the client.
  HttpClient(EventLoop& loop, Dialer& dialer, Resolver& resolver);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends the request and reads the whole response; `exchange` outlives the call. Interim
  /// responses are skipped. A request whose kept connection turned out to be closed before a byte
  /// came back is sent once more on a new one when its method is idempotent (RFC 9110 §9.2.2), else
  /// that is the error. Errors: Resolver's and Dialer's, kConnectTimeout, kTimeout (`deadline`),
  /// kClosed and kReset, the codec's, kTooLarge (max_response_bytes), kUnsupported (101), and the
  /// task's interrupt.
  Awaitable<Result<void>> Call(HttpExchange& exchange);

  [[nodiscard]] std::size_t idle_connections() const { return idle_count_; }

 private:
  using Connection = std::unique_ptr<upstream::H1Upstream>;
  using Place = std::pair<std::string, std::uint16_t>;
  struct Idle {
    Connection connection;
    MonotonicTime since;
  };
  class SweepTimer final : public Timer {
   public:
    explicit SweepTimer(HttpClient& client) : client_(client) {}

   private:
    void OnTimer() override { client_.Sweep(); }
    HttpClient& client_;
  };

  Awaitable<Result<Connection>> Connect(const HttpExchange& exchange);
  Awaitable<Result<void>> Exchange(upstream::H1Upstream& connection, HttpExchange& exchange);
  Connection TakeIdle(const HttpExchange& exchange);
  void GiveBack(const HttpExchange& exchange, Connection connection);
  void Sweep();

  EventLoop& loop_;
  Dialer& dialer_;
  Resolver& resolver_;
  const http::H1Limits limits_;
  ReadBuffer read_buffer_;
  std::map<Place, std::vector<Idle>> idle_;
  std::size_t idle_count_ = 0;
  SweepTimer sweep_{*this};
};

}  // namespace outrigger::rpc
