#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/transport.h"

namespace outrigger {

class Input;

/// The one buffer into which all connections of a worker read. Bytes that a connection could not
/// use yet stay in it until another connection wants to read; only then are they moved to a place
/// of their own. So the usual case copies nothing and an idle connection holds nothing.
class ReadBuffer {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

 private:
  friend class Input;
  std::array<char, kBytes> bytes_;
  Input* tenant_ = nullptr;  // whose unread bytes are in bytes_
};

/// What arrived on one transport and is not used yet.
class Input {
 public:
  Input(Transport& transport, ReadBuffer& buffer) : transport_(transport), buffer_(buffer) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { Leave(); }

  /// Unused bytes; the reader removes what it takes from the front. The bytes stay where they are
  /// until the next Fill() of any connection of this worker, that is: at least until the reader
  /// suspends.
  [[nodiscard]] std::string_view& bytes() { return bytes_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  /// Reads once when nothing is unused. False: nothing there now, wait with
  /// `transport().WaitReadable()`. Errors as TryRead.
  Result<bool> Fill();

  /// Adds bytes that arrived before this object existed (protocol detection); only when nothing is
  /// unused.
  void Prepend(std::string_view bytes);

  [[nodiscard]] Transport& transport() const { return transport_; }

 private:
  friend class ReadBuffer;
  void Leave();
  void MoveOut();

  Transport& transport_;
  ReadBuffer& buffer_;
  std::string_view bytes_;
  std::string own_;  // holds bytes_ after another connection took the buffer
};

}  // namespace outrigger
