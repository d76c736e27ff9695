#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cmd/outrigger/top_address.h"

namespace outrigger::cli {

struct HttpReply {
  int status = 0;
  std::string body;
};

/// GET of `target` (path and query, already encoded) on a connection of its own. Blocks for at most
/// `timeout`. Answers over 64 MiB are refused. Errors name the address and say what went wrong.
absl::StatusOr<HttpReply> HttpGet(const HttpAddress& address, const std::string& target,
                                  std::chrono::milliseconds timeout);

/// Takes apart everything a server sent before it closed the connection: Content-Length, chunked,
/// or the rest.
absl::StatusOr<HttpReply> ParseHttpReply(std::string_view raw);

/// Percent-encodes a query value.
std::string UrlEncode(std::string_view text);

}  // namespace outrigger::cli
