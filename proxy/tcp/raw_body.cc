#include "proxy/tcp/raw_body.h"

namespace outrigger::tcp {

namespace {
Error OnSide(Error error, Side side) {
  if (error.code == ErrorCode::kClosed || error.code == ErrorCode::kReset) error.side = side;
  return error;
}
}  // namespace

Result<stream::Chunk> RawSource::TryRead() {
  if (ended_) return stream::Chunk{{}, true};
  const Result<bool> filled = input_.Fill();
  if (filled) return stream::Chunk{std::exchange(input_.bytes(), {}), false};
  if (filled.error().code != ErrorCode::kClosed) return OnSide(filled.error(), side_);
  ended_ = true;
  return stream::Chunk{{}, true};
}

Awaitable<Result<void>> RawSource::Wait() {
  if (ended_ || input_.transport().readable()) co_return Result<void>{};
  co_return co_await input_.transport().WaitReadable();
}

Result<void> RawSink::Put(std::string_view data, bool end, const http::HeaderMap* /*trailers*/) {
  const Result<void> written = WriteOrKeep(transport_, {&data, 1}, out_);
  if (!written) return OnSide(written.error(), side_);
  ended_ = ended_ || end;
  if (ended_ && out_.empty()) transport_.ShutdownWrite();
  return {};
}

Awaitable<Result<void>> RawSink::Drain() {
  const Result<void> written = co_await WriteAll(transport_, out_);
  if (!written) co_return OnSide(written.error(), side_);
  if (ended_) transport_.ShutdownWrite();
  co_return Result<void>{};
}

}  // namespace outrigger::tcp
