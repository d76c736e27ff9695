#pragma once

#include <cstddef>
#include <string_view>

#include "base/awaitable.h"
#include "base/error.h"
#include "proxy/http/head.h"

/// Bodies are pulled: what the far side cannot take is not read, so back-pressure needs no
/// callbacks.
namespace outrigger::stream {

struct Chunk {
  std::string_view data;  ///< valid until the task that asked suspends
  bool end = false;       ///< nothing follows; trailers() is final
};

/// The body of one message, on its way in.
class BodySource {
 public:
  virtual ~BodySource() = default;

  /// What is there now, without waiting. No data and no end: nothing yet, Wait(). After an end it
  /// reports the end again. Errors carry the side the body comes from; a body cut before its
  /// declared end is an error, never an end.
  virtual Result<Chunk> TryRead() = 0;
  /// Waits until TryRead has something to say.
  virtual Awaitable<Result<void>> Wait() = 0;
  /// Fields of the trailer section; null when there is none. After the end.
  [[nodiscard]] virtual const http::HeaderMap* trailers() const { return nullptr; }
  [[nodiscard]] virtual bool ended() const = 0;
};

/// The body of one message, on its way out.
class BodySink {
 public:
  virtual ~BodySink() = default;

  /// Takes all of `data`: sends what the peer accepts now and keeps the rest. `end` closes the
  /// message, with `trailers` when given. Errors carry the side the body goes to.
  virtual Result<void> Put(std::string_view data, bool end, const http::HeaderMap* trailers) = 0;
  /// Whether bytes are kept that the peer did not accept yet (a head not sent yet counts).
  [[nodiscard]] virtual bool pending() const = 0;
  /// Waits until nothing is kept.
  virtual Awaitable<Result<void>> Drain() = 0;
};

/// An empty body.
class NoBody final : public BodySource {
 public:
  Result<Chunk> TryRead() override { return Chunk{{}, true}; }
  Awaitable<Result<void>> Wait() override { co_return Result<void>{}; }
  [[nodiscard]] bool ended() const override { return true; }
};

/// Moves a whole body. Keeps at most one chunk: nothing is read while the sink holds bytes, and
/// nothing is held back while the source is waited for. The error says which side failed.
Awaitable<Result<void>> Pump(BodySource& from, BodySink& to);

}  // namespace outrigger::stream
