#pragma once

#include <cstddef>
#include <string>

#include "proxy/stream/body.h"

namespace outrigger::rpc {

/// Reads a body to its end, into memory. Errors: kTooLarge (side kLocal) beyond `max_bytes`, the
/// source's own, and the task's interrupt.
Awaitable<Result<std::string>> ReadWhole(stream::BodySource& source, std::size_t max_bytes);

/// Writes a body and its end; returns when the kernel has taken all of it.
Awaitable<Result<void>> WriteWhole(stream::BodySink& sink, std::string_view body);

}  // namespace outrigger::rpc
