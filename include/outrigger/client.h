#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "outrigger/message.h"

namespace outrigger {

/// Why a call has no response.
enum class CallFailure : std::uint8_t {
  kNone,
  kBadRequest,  ///< the URL, host, method, target or a header field cannot be sent
  kResolve,     ///< the name has no address
  kConnect,     ///< no connection to any address of the host
  kTimeout,     ///< CallOptions::timeout passed
  kClosed,      ///< the connection ended before the whole response was there
  kProtocol,    ///< what came back is not HTTP
  kTooLarge,    ///< the response is larger than CallOptions::max_body_bytes
};

struct CallResult {
  CallFailure failure = CallFailure::kNone;
  std::string error{};  ///< one sentence for a log; empty on success
  Response response{};  ///< valid when ok()
  [[nodiscard]] bool ok() const { return failure == CallFailure::kNone; }
};

struct CallOptions {
  /// For the whole call, name resolution and connect included.
  std::chrono::milliseconds timeout{10'000};
  std::size_t max_body_bytes = 16u << 20;
  bool reuse_connection = true;  ///< false: a connection of its own, closed afterwards
};

/// Calls HTTP servers. Thread-safe: any number of threads may block in Call() at once; connections
/// are kept and reused per host and port. Redirects are returned, not followed. A call is sent
/// once; only one that found its kept connection closed before a byte came back, and may be
/// repeated (RFC 9110 §9.2.2), is sent again on a new connection. Not to be called from the
/// engine's own event-loop threads.
class Client {
 public:
  Client();
  ~Client();  ///< no Call() may be running
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends `request` to `host`:`port`. `host` is a name or an IP literal; the Host header is
  /// `request.headers` "Host" if given, else host:port (port left out when 80).
  CallResult Call(const std::string& host, std::uint16_t port, Request request,
                  const CallOptions& options = {});

  /// GET of an absolute http:// URL.
  CallResult Get(const std::string& url, const CallOptions& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrigger
