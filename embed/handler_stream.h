#pragma once

#include <cstdint>
#include <string>

#include "outrigger/routes.h"
#include "proxy/stream/server_stream.h"
#include "rpc/thread_pool.h"

namespace outrigger::embed {

/// Brings each stream to a handler and its response back: reads the whole body on the loop, runs
/// the handler on a thread of the pool, writes the answer on the loop. When the client leaves,
/// nobody waits for the handler any more, but it runs to its end.
class HandlerStreams final : public stream::StreamHandler {
 public:
  /// `routes` outlives `pool`, which outlives this.
  HandlerStreams(const Routes& routes, rpc::ThreadPool& pool, std::size_t max_body_bytes)
      : routes_(routes), pool_(pool), max_body_bytes_(max_body_bytes) {}

  Awaitable<void> Serve(stream::ServerStream& stream) override;

 private:
  Awaitable<Result<std::string>> ReadBody(stream::ServerStream& stream);
  Awaitable<void> Answer(stream::ServerStream& stream, Response response);
  std::string_view Date(WallTime now);

  const Routes& routes_;
  rpc::ThreadPool& pool_;
  const std::size_t max_body_bytes_;
  std::int64_t date_seconds_ = -1;  // date_ was made for
  std::string date_;
};

}  // namespace outrigger::embed
