#include "base/transport.h"

#include <array>

namespace outrigger {

void Transport::WatchHangup(TaskContext* task, Error why) {
  hangup_task_ = task;
  hangup_error_ = why;
  if (hangup_ && task != nullptr && !HasUnread()) task->Interrupt(why);
}

void Transport::WatchReset(TaskContext* task, Error why) {
  reset_task_ = task;
  reset_error_ = why;
  if (reset_ && task != nullptr) task->Interrupt(why);
}

void Transport::SignalReset() {
  reset_ = true;
  if (reset_task_ != nullptr) reset_task_->Interrupt(reset_error_);
}

void Transport::SignalReadable() {
  readable_ = true;
  read_point_.Notify();
}

void Transport::SignalWritable() {
  writable_ = true;
  write_point_.Notify();
}

void Transport::SignalHangup() {
  hangup_ = true;
  if (hangup_task_ != nullptr && !HasUnread()) hangup_task_->Interrupt(hangup_error_);
}

Awaitable<Result<std::size_t>> ReadSome(Transport& transport, std::span<char> into) {
  while (true) {
    if (transport.readable()) {
      const Result<std::size_t> got = transport.TryRead(into);
      if (!got || *got > 0) co_return got;
    }
    if (const Result<void> waited = co_await transport.WaitReadable(); !waited)
      co_return waited.error();
  }
}

Awaitable<Result<void>> WriteAll(Transport& transport, Buffer& buffer) {
  while (!buffer.empty()) {
    const std::string_view bytes = buffer.view();
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const Result<std::size_t> put = transport.TryWrite({&piece, 1});
    if (!put) co_return put.error();
    buffer.Consume(*put);
    if (buffer.empty()) break;
    if (!transport.writable()) {
      if (const Result<void> waited = co_await transport.WaitWritable(); !waited)
        co_return waited.error();
    }
  }
  co_return Result<void>{};
}

Result<void> WriteOrKeep(Transport& transport, std::span<const std::string_view> pieces,
                         Buffer& rest) {
  constexpr std::size_t kMaxPieces = 8;
  std::array<iovec, kMaxPieces> list;
  std::size_t count = 0;
  const bool queued = !rest.empty();
  if (queued) {
    const std::string_view first = rest.view();
    list[count++] = {const_cast<char*>(first.data()), first.size()};
  }
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) list[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  std::size_t put = 0;
  if (count > 0 && transport.writable()) {
    const Result<std::size_t> written = transport.TryWrite({list.data(), count});
    if (!written) return written.error();
    put = *written;
  }
  if (queued) {
    const std::size_t from_rest = std::min(put, rest.size());
    rest.Consume(from_rest);
    put -= from_rest;
  }
  for (const std::string_view piece : pieces) {
    const std::size_t skip = std::min(put, piece.size());
    put -= skip;
    if (skip < piece.size()) rest.Append(piece.substr(skip));
  }
  return {};
}

}  // namespace outrigger
