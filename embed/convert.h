#pragma once

#include <string>

#include "outrigger/client.h"
#include "outrigger/message.h"
#include "proxy/http/head.h"
#include "rpc/http_client.h"

/// Between the values of include/outrigger/ and the heads of the engine.
namespace outrigger::embed {

/// The request as a handler sees it, without body. `Host` comes first, hop-by-hop fields are gone.
Request ToRequest(const http::RequestHead& head);

/// Fills `head`, whose text is slices of `response`. False when it cannot be sent: status outside
/// 200..599, or a field that would break out of its line. Fields that belong to the engine
/// (Content-Length, Connection, ...) are left out.
[[nodiscard]] bool FillHead(const Response& response, bool head_request, http::ResponseHead& head);

/// Fills the request of `exchange`; text of its head is slices of `request`, the body is moved. An
/// empty string, or the sentence why it cannot be sent.
[[nodiscard]] std::string FillExchange(Request& request, rpc::HttpExchange& exchange);

/// What a finished exchange comes to.
CallResult ToCallResult(const Result<void>& done, rpc::HttpExchange& exchange);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string HttpDate(std::int64_t unix_seconds);

}  // namespace outrigger::embed
