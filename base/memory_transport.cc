#include "base/memory_transport.h"

#include <algorithm>
#include <cstring>

namespace outrigger {

std::pair<std::unique_ptr<MemoryTransport>, std::unique_ptr<MemoryTransport>> MemoryTransport::Pair(
    std::size_t capacity) {
  auto a = std::make_unique<MemoryTransport>();
  auto b = std::make_unique<MemoryTransport>();
  a->other_ = b.get();
  b->other_ = a.get();
  a->capacity_ = b->capacity_ = capacity;
  return {std::move(a), std::move(b)};
}

MemoryTransport::~MemoryTransport() {
  if (other_ == nullptr) return;
  if (reset_on_close_ || !inbox_.empty()) {  // as TCP: closing with unread bytes resets
    Cut();
  } else {
    ShutdownWrite();
  }
  if (other_ != nullptr) {
    other_->other_ = nullptr;
    other_->SignalWritable();
  }
}

bool MemoryTransport::FailsNow() {
  ++operations_;
  if (!fail_in_) return false;
  if (--*fail_in_ > 0) return false;
  fail_in_.reset();
  Cut();
  return true;
}

void MemoryTransport::Cut() {
  cut_ = true;
  if (other_ == nullptr) return;
  other_->cut_ = true;
  other_->SignalReadable();
  other_->SignalWritable();
  other_->SignalHangup();
  other_->SignalReset();
}

Result<std::size_t> MemoryTransport::TryRead(std::span<char> into) {
  if (FailsNow() || cut_) return Error{ErrorCode::kReset, Side::kLocal, "connection reset by peer"};
  const std::size_t count = std::min({into.size(), inbox_.size(), operation_limit_});
  if (count == 0) {
    if (finished_) return Error{ErrorCode::kClosed, Side::kLocal, "peer closed the connection"};
    readable_ = false;
    return std::size_t{0};
  }
  std::memcpy(into.data(), inbox_.data(), count);
  inbox_.erase(0, count);
  bytes_read_ += count;
  readable_ = !inbox_.empty() || finished_;
  if (other_ != nullptr) other_->SignalWritable();
  return count;
}

Result<std::size_t> MemoryTransport::TryWrite(std::span<const iovec> from) {
  if (FailsNow() || cut_ || other_ == nullptr) {
    return Error{ErrorCode::kReset, Side::kLocal, "connection reset by peer"};
  }
  std::size_t room = std::min(
      other_->capacity_ - std::min(other_->capacity_, other_->inbox_.size()), operation_limit_);
  std::size_t total = 0;
  for (const iovec& piece : from) {
    const std::size_t count = std::min(room, piece.iov_len);
    other_->inbox_.append(static_cast<const char*>(piece.iov_base), count);
    room -= count;
    total += count;
  }
  bytes_written_ += total;
  writable_ = room > 0 || other_->inbox_.size() < other_->capacity_;
  if (total > 0) other_->SignalReadable();
  return total;
}

void MemoryTransport::ShutdownWrite() {
  if (other_ == nullptr || other_->finished_) return;
  other_->finished_ = true;
  other_->SignalReadable();
  other_->SignalHangup();
}

}  // namespace outrigger
