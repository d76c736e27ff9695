#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/address.h"
#include "base/awaitable.h"
#include "base/buffer.h"
#include "base/error.h"

namespace outrigger {

/// A connected byte stream: plain socket, TLS, or memory in tests. Offers readiness ("tell me when,
/// then I read into the worker's buffer") rather than pending reads, so an idle connection holds no
/// buffer.
///
/// At most one task waits for reading and one for writing. One thread.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Moves what is there into `into`. 0: nothing now, wait for reading. kClosed: the peer sent its
  /// last byte. kReset: cut.
  virtual Result<std::size_t> TryRead(std::span<char> into) = 0;
  /// Takes as much as fits. 0: nothing now, wait for writing. kReset: the peer is gone.
  virtual Result<std::size_t> TryWrite(std::span<const iovec> from) = 0;
  /// Sends FIN; reading goes on.
  virtual void ShutdownWrite() = 0;
  /// Ends the connection with RST instead of FIN when it is destroyed.
  virtual void ResetOnClose() = 0;

  /// Whether TryRead / TryWrite is worth a try without waiting first.
  [[nodiscard]] bool readable() const { return readable_; }
  [[nodiscard]] bool writable() const { return writable_; }
  /// End at once when it is: the edge that said so may have come in the turn in which an earlier
  /// wait was given up.
  [[nodiscard]] LeafWait WaitReadable() { return read_point_.WaitUntil(readable_); }
  [[nodiscard]] LeafWait WaitWritable() { return write_point_.WaitUntil(writable_); }

  /// While set, `task` is interrupted with `why` when the peer ends or cuts the connection (and at
  /// once if it already has), unless unread bytes are waiting: those are the next request. Null
  /// ends the watch.
  void WatchHangup(TaskContext* task, Error why);
  /// The same for RST alone; for protocols in which a FIN is half of a close.
  void WatchReset(TaskContext* task, Error why);

  [[nodiscard]] const SocketAddress& peer() const { return peer_; }
  [[nodiscard]] const SocketAddress& local() const { return local_; }
  /// Bytes moved, for the TCP counters.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }

 protected:
  /// True when received bytes wait to be read.
  [[nodiscard]] virtual bool HasUnread() const = 0;
  void SignalReadable();
  void SignalWritable();
  void SignalHangup();
  void SignalReset();

  bool readable_ = false;
  bool writable_ = true;
  bool hangup_ = false;
  bool reset_ = false;
  SocketAddress peer_;
  SocketAddress local_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;

 private:
  WaitPoint read_point_;
  WaitPoint write_point_;
  TaskContext* hangup_task_ = nullptr;
  Error hangup_error_;
  TaskContext* reset_task_ = nullptr;
  Error reset_error_;
};

/// Waits until TryRead makes sense (at once if it does already), then reads. Never returns 0.
Awaitable<Result<std::size_t>> ReadSome(Transport& transport, std::span<char> into);

/// Writes everything in `buffer`, consuming it, waiting for room as needed.
Awaitable<Result<void>> WriteAll(Transport& transport, Buffer& buffer);

/// Writes as much of the pieces as fits now; what is left is appended to `rest`. No piece is
/// touched again afterwards. When `rest` is not empty on entry the pieces queue up behind it.
Result<void> WriteOrKeep(Transport& transport, std::span<const std::string_view> pieces,
                         Buffer& rest);

struct DialOptions {
  SocketAddress address;
  SocketAddress source;    ///< empty: the kernel's choice; port 0 is usual
  std::uint32_t mark = 0;  ///< SO_MARK, 0: none
};

/// Makes connections; the kernel's, or a test's.
class Dialer {
 public:
  virtual ~Dialer() = default;
  /// Errors: kConnectRefused, kUnreachable, kResource, and the task's interrupt (a timeout,
  /// usually).
  virtual Awaitable<Result<std::unique_ptr<Transport>>> Dial(DialOptions options) = 0;
};

}  // namespace outrigger
