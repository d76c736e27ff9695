#pragma once

#include "proxy/stream/body.h"

namespace outrigger::stream {

/// One exchange as its client sees it: one attempt on one upstream connection.
class ClientStream {
 public:
  virtual ~ClientStream() = default;

  /// Queues the request head; it leaves with the first body bytes, at the next Drain(), or at once
  /// when `end`.
  virtual Result<void> SendHead(const http::RequestHead& head, bool end) = 0;
  [[nodiscard]] virtual BodySink& request_body() = 0;
  /// The next response head: interim ones (1xx) first, each by a call of its own.
  virtual Awaitable<Result<void>> ReadHead(http::ResponseHead& head) = 0;
  /// The body of the final response.
  [[nodiscard]] virtual BodySource& response_body() = 0;
  /// After a 101 or a 2xx to CONNECT: both bodies carry raw bytes.
  virtual void BeginTunnel() = 0;

  /// The connection had served another request before, and nothing at all came back on this one:
  /// the peer may have closed it just before we wrote.
  [[nodiscard]] virtual bool maybe_stale() const = 0;
};

}  // namespace outrigger::stream
