#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/awaitable.h"
#include "base/event_loop.h"
#include "proxy/http/head.h"
#include "proxy/stream/body.h"

namespace outrigger::stream {

/// What is known of the downstream connection a stream came on.
struct ConnectionInfo {
  SocketAddress peer;
  SocketAddress local;
  SocketAddress
      original_destination;  ///< before interception redirected it; equals `local` when it did not
};

/// One exchange as the server of it sees it: the request, and the ways to answer. Owned by its
/// connection; valid until StreamHandler::Serve returns.
class ServerStream {
 public:
  virtual ~ServerStream() = default;

  [[nodiscard]] virtual http::RequestHead& request() = 0;
  [[nodiscard]] virtual BodySource& request_body() = 0;

  /// Queues a response head; it leaves with the first body bytes, at the next Drain(), or at once
  /// when `end`. Interim heads (1xx) may come before the final one. With `end` the message is
  /// complete.
  virtual Result<void> SendHead(const http::ResponseHead& head, bool end) = 0;
  /// The body of the final response, after SendHead(..., false).
  [[nodiscard]] virtual BodySink& response_body() = 0;
  /// After a 101 or a 2xx to CONNECT was sent: request_body() and response_body() carry raw bytes
  /// in both directions.
  virtual void BeginTunnel() = 0;

  [[nodiscard]] virtual const ConnectionInfo& connection() const = 0;
  [[nodiscard]] virtual EventLoop& loop() = 0;
  [[nodiscard]] virtual MonotonicTime start_time() const = 0;  ///< first byte of the request seen
  [[nodiscard]] virtual std::uint64_t wire_bytes_received() const = 0;
  [[nodiscard]] virtual std::uint64_t wire_bytes_sent() const = 0;
  [[nodiscard]] virtual bool head_sent() const = 0;  ///< of a final response
  /// A response head to fill in, empty at the start of the exchange; kept from one exchange to the
  /// next so that its fields need no memory of their own each time.
  [[nodiscard]] virtual http::ResponseHead& response() = 0;
  /// Arena of the exchange; text for heads may live here.
  [[nodiscard]] virtual Arena& arena() = 0;
};

/// Serves streams: the router, an rpc service, the admin pages. One object serves many streams at
/// once, on one worker.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  /// Answers one request. When it returns without a complete response, the connection is cut. The
  /// task is interrupted with side kDownstream when the client goes away, and with kStopped at the
  /// end of a drain.
  virtual Awaitable<void> Serve(ServerStream& stream) = 0;
};

/// Answers with a small complete body: content-type text/plain unless `content_type` says
/// otherwise.
Awaitable<Result<void>> Reply(ServerStream& stream, int status, std::string_view body,
                              std::string_view content_type = "text/plain");

}  // namespace outrigger::stream
