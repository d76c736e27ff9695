#pragma once

#include <cstdint>
#include <optional>

#include "base/buffer.h"
#include "base/input.h"
#include "base/task_scope.h"
#include "proxy/http/h1_codec.h"
#include "proxy/listener/connection_set.h"
#include "proxy/stream/server_stream.h"

namespace outrigger::listener {

struct HttpOptions {
  http::H1Limits limits;
  Duration head_timeout =
      std::chrono::seconds(10);  ///< for a complete head once its first byte is there
  Duration idle_timeout = std::chrono::hours(1);  ///< without any byte between requests
  Duration linger =
      std::chrono::seconds(5);  ///< reading on after an early answer (robustness.md H1-14)
  std::size_t linger_bytes = 1 << 20;
};

/// Counters of one listener; null members are not counted.
struct HttpEvents {
  virtual ~HttpEvents() = default;
  /// A request that never became one: answered with `status` (0: nobody to answer) because of
  /// `error`.
  virtual void OnBadRequest(int status, const Error& error) = 0;
};

/// One HTTP/1 connection from a client. Requests are served one after the other on the task that
/// calls Run(); pipelined ones wait in the socket (at most one read ahead). A FIN from the client
/// with nothing unread is taken as "gone", as Envoy and nginx do: waiting for an answer with the
/// sending side closed is not supported.
///
///     State                         ends with
///     waiting for a first byte      idle timeout, drain, FIN: close without a word
///     reading a head                head timeout: 408; bad head: 400, 414, 431, 501; FIN: close
///     serving                       the handler returns; response incomplete: cut
///     lingering (request unread)    FIN, `linger`, `linger_bytes`
class H1Connection final : public stream::ServerStream, private ConnectionNode {
 public:
  /// References outlive the connection.
  H1Connection(EventLoop& loop, Input& input, stream::ConnectionInfo info,
               const HttpOptions& options, ConnectionSet& connections,
               stream::StreamHandler& handler, HttpEvents* events);
  ~H1Connection() override;

  /// Serves until the connection ends.
  Awaitable<void> Run();

  [[nodiscard]] http::RequestHead& request() override { return request_; }
  [[nodiscard]] stream::BodySource& request_body() override { return request_body_; }
  Result<void> SendHead(const http::ResponseHead& head, bool end) override;
  [[nodiscard]] stream::BodySink& response_body() override { return response_body_; }
  void BeginTunnel() override;
  [[nodiscard]] const stream::ConnectionInfo& connection() const override { return info_; }
  [[nodiscard]] EventLoop& loop() override { return loop_; }
  [[nodiscard]] MonotonicTime start_time() const override { return start_time_; }
  [[nodiscard]] std::uint64_t wire_bytes_received() const override;
  [[nodiscard]] std::uint64_t wire_bytes_sent() const override { return bytes_sent_; }
  [[nodiscard]] bool head_sent() const override { return head_sent_; }
  [[nodiscard]] http::ResponseHead& response() override { return response_; }
  [[nodiscard]] Arena& arena() override { return arena_; }

 private:
  class RequestBody final : public stream::BodySource {
   public:
    explicit RequestBody(H1Connection& connection) : c_(connection) {}
    Result<stream::Chunk> TryRead() override;
    Awaitable<Result<void>> Wait() override;
    [[nodiscard]] const http::HeaderMap* trailers() const override;
    [[nodiscard]] bool ended() const override { return c_.request_ended_; }

   private:
    Result<stream::Chunk> TryReadTunnel();
    H1Connection& c_;
  };
  class ResponseBody final : public stream::BodySink {
   public:
    explicit ResponseBody(H1Connection& connection) : c_(connection) {}
    Result<void> Put(std::string_view data, bool end, const http::HeaderMap* trailers) override;
    [[nodiscard]] bool pending() const override { return !c_.out_.empty(); }
    Awaitable<Result<void>> Drain() override;

   private:
    H1Connection& c_;
  };

  enum class Next : std::uint8_t { kServe, kClose };
  Awaitable<Result<Next>> ReadHead();
  Awaitable<void> AnswerBadHead(Error error);
  Awaitable<void> Linger();
  Awaitable<Result<void>> WaitIdle();
  Awaitable<Result<void>> WaitForBytes(bool idle);
  void BeginExchange();
  void RequestEnded();
  [[nodiscard]] bool MayServeAnother() const;
  void OnDrain() override;

  EventLoop& loop_;
  Input& input_;
  Transport& transport_;
  const stream::ConnectionInfo info_;
  const HttpOptions& options_;
  ConnectionSet& connections_;
  stream::StreamHandler& handler_;
  HttpEvents* events_;

  Arena arena_;
  http::H1RequestDecoder decoder_;
  http::RequestHead request_{arena_};
  http::ResponseHead response_{arena_};
  RequestBody request_body_{*this};
  ResponseBody response_body_{*this};
  Buffer out_;
  TaskContext* task_ = nullptr;
  MonotonicTime start_time_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t exchanges_ = 0;
  http::BodyFraming framing_ = http::BodyFraming::kNone;
  std::uint64_t request_body_left_ = 0;  // of a sized body
  bool idle_ = false;                    // waiting for the first byte of a request
  bool request_ended_ = true;
  bool head_sent_ = false;
  bool response_ended_ = false;
  bool close_ = false;  // no further exchange on this connection
  bool tunnel_ = false;
};

}  // namespace outrigger::listener
