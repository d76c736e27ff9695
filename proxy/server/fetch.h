#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/event_loop.h"
#include "base/input.h"

namespace outrigger::server {

/// One GET of our own: an app's probe or its metrics.
struct FetchRequest {
  SocketAddress address;
  SocketAddress source;  ///< to connect from; empty: the kernel's choice
  std::string host;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  Duration timeout = std::chrono::seconds(10);
  std::size_t max_body_bytes = 10u << 20;
};

struct Fetched {
  int status = 0;
  std::string content_type;
  std::string body;
  bool truncated = false;  ///< the body was longer than max_body_bytes
};

/// Connects, asks, reads everything, closes. Errors: connect failures, kTimeout, what the codec
/// finds, the task's interrupt.
Awaitable<Result<Fetched>> Fetch(EventLoop& loop, ReadBuffer& buffer, FetchRequest request);

}  // namespace outrigger::server
