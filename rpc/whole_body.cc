#include "rpc/whole_body.h"

#include <string_view>

namespace outrigger::rpc {

namespace {
/// What does not fit into the socket is copied by the sink, so it is given in parts.
constexpr std::size_t kPart = 256 * 1024;
}  // namespace

Awaitable<Result<std::string>> ReadWhole(stream::BodySource& source, std::size_t max_bytes) {
  std::string body;
  while (true) {
    const Result<stream::Chunk> chunk = source.TryRead();
    if (!chunk) co_return chunk.error();
    if (chunk->data.size() > max_bytes - body.size()) {
      co_return Error{ErrorCode::kTooLarge, Side::kLocal, "the body is larger than allowed"};
    }
    body.append(chunk->data);
    if (chunk->end) co_return body;
    if (!chunk->data.empty()) continue;
    const Result<void> waited = co_await source.Wait();
    if (!waited) co_return waited.error();
  }
}

Awaitable<Result<void>> WriteWhole(stream::BodySink& sink, std::string_view body) {
  do {
    const std::string_view part = body.substr(0, kPart);
    body.remove_prefix(part.size());
    if (const Result<void> put = sink.Put(part, body.empty(), nullptr); !put) co_return put.error();
    if (const Result<void> drained = co_await sink.Drain(); !drained) co_return drained.error();
  } while (!body.empty());
  co_return Result<void>{};
}

}  // namespace outrigger::rpc
