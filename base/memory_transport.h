#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/transport.h"

namespace outrigger {

/// One end of a connection that exists in memory only: the network of the tests. Deterministic;
/// bytes written at one end are readable at the other in the same turn.
class MemoryTransport final : public Transport {
 public:
  /// Two ends, each of which buffers at most `capacity` bytes towards it.
  static std::pair<std::unique_ptr<MemoryTransport>, std::unique_ptr<MemoryTransport>> Pair(
      std::size_t capacity = 64 * 1024);
  ~MemoryTransport() override;

  Result<std::size_t> TryRead(std::span<char> into) override;
  Result<std::size_t> TryWrite(std::span<const iovec> from) override;
  void ShutdownWrite() override;
  void ResetOnClose() override { reset_on_close_ = true; }

  void set_addresses(SocketAddress local, SocketAddress peer) {
    local_ = local;
    peer_ = peer;
  }
  /// The `n`th operation from now (reads and writes count, from 1) fails with kReset and cuts the
  /// connection; tests run 1, 2, 3, ... until nothing fails any more.
  void FailOnOperation(std::size_t n) { fail_in_ = n; }
  /// At most this many bytes per operation; for split-point runs.
  void LimitOperationSize(std::size_t bytes) { operation_limit_ = bytes; }
  /// Operations so far.
  [[nodiscard]] std::size_t operations() const { return operations_; }
  /// Everything that waits to be read here, without reading it.
  [[nodiscard]] std::string_view unread() const { return inbox_; }
  [[nodiscard]] bool peer_closed() const { return finished_ || cut_; }

 private:
  [[nodiscard]] bool HasUnread() const override { return !inbox_.empty(); }
  bool FailsNow();
  void Cut();

  MemoryTransport* other_ = nullptr;
  std::string inbox_;
  std::size_t capacity_ = 0;
  bool finished_ = false;  // the other end sent FIN
  bool cut_ = false;
  bool reset_on_close_ = false;
  std::optional<std::size_t> fail_in_;
  std::size_t operations_ = 0;
  std::size_t operation_limit_ = SIZE_MAX;
};

}  // namespace outrigger
