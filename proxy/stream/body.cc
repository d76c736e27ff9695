#include "proxy/stream/body.h"

#include "base/task_scope.h"

namespace outrigger::stream {

namespace {
// Two fast local peers could keep this loop busy for ever; others of the worker get their turn.
constexpr int kChunksPerTurn = 16;
}  // namespace

Awaitable<Result<void>> Pump(BodySource& from, BodySink& to) {
  int chunks = 0;
  while (true) {
    const Result<Chunk> chunk = from.TryRead();
    if (!chunk) co_return chunk.error();
    if (!chunk->data.empty() || chunk->end) {
      const Result<void> put =
          to.Put(chunk->data, chunk->end, chunk->end ? from.trailers() : nullptr);
      if (!put) co_return put.error();
    }
    const bool end = chunk->end;
    const bool nothing = chunk->data.empty();
    if (to.pending()) {
      if (const Result<void> drained = co_await to.Drain(); !drained) co_return drained.error();
    }
    if (end) co_return Result<void>{};
    if (nothing) {
      if (const Result<void> waited = co_await from.Wait(); !waited) co_return waited.error();
      chunks = 0;
    } else if (++chunks == kChunksPerTurn) {
      chunks = 0;
      if (const Result<void> turn = co_await Yield(); !turn) co_return turn.error();
    }
  }
}

}  // namespace outrigger::stream
