#pragma once

#include <string_view>

#include "metrics/registry.h"
#include "proxy/stream/server_stream.h"

namespace outrigger::server {

/// Streams the exposition of `registry`, then `tail` (the app's own metrics), in chunks: a thousand
/// edges never lie in memory at once.
Awaitable<Result<void>> ReplyMetrics(stream::ServerStream& stream,
                                     const metrics::Registry& registry, std::string_view head,
                                     std::string_view tail);

/// Guards what changes state: POST only (405), from this host only and not from a web page (403).
/// True when the request may go on; otherwise it has been answered.
Awaitable<bool> MayChangeState(stream::ServerStream& stream);

}  // namespace outrigger::server
