#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "outrigger/message.h"

namespace outrigger {

/// Why a call has no response.
enum class CallFailure : std::uint8_t { kNone, kBadUrl, kResolve, kConnect, kTimeout, kClosed, kProtocol, kTooLarge };

struct CallResult {
  CallFailure failure = CallFailure::kNone;
  std::string error;  ///< one sentence for a log; empty on success
  Response response;  ///< valid when ok()
  [[nodiscard]] bool ok() const { return failure == CallFailure::kNone; }
};

struct CallOptions {
  std::chrono::milliseconds timeout{10'000};  ///< for the whole call, name resolution and connect included
  std::size_t max_body_bytes = 16u << 20;
  bool reuse_connection = true;  ///< false: a connection of its own, closed afterwards
};

/// Calls HTTP servers. Thread-safe: any number of threads may block in Call() at once; connections are kept and
/// reused per host and port. Not to be called from the engine's own event-loop threads.
class Client {
 public:
  Client();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends `request` to `host`:`port`. `host` is a name or an IP literal; the Host header is
  /// `request.headers` "Host" if given, else host:port (port left out when 80).
  CallResult Call(const std::string& host, std::uint16_t port, Request request, const CallOptions& options = {});

  /// GET of an absolute http:// URL.
  CallResult Get(const std::string& url, const CallOptions& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrigger
