#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/chunked.h"
#include "proxy/http/h1_types.h"

namespace outrigger::http {

/// The body of one message after the other, in whichever way it is delimited. Sized bodies never
/// take a byte more than declared: what follows belongs to the next message.
class BodyReader {
 public:
  BodyReader(const H1Limits& limits, Side side) : side_(side), chunked_(limits) {}

  void BeginNone() { BeginSized(0); }
  void BeginSized(std::uint64_t length);
  void BeginChunked();
  /// Everything until the connection ends: close-delimited bodies and tunnels.
  void BeginUntilClose();

  /// kData, kEnd or kNeedMore; a body without bytes gives kEnd at once, also for empty input. After
  /// kEnd comes another Begin...().
  Result<H1Step> Receive(std::string_view& input);

  [[nodiscard]] bool until_close() const { return kind_ == Kind::kUntilClose; }
  [[nodiscard]] const HeaderMap& trailers() const { return chunked_.trailers(); }
  [[nodiscard]] std::uint64_t wire_bytes() const {
    return kind_ == Kind::kChunked ? chunked_.wire_bytes() : taken_;
  }
  void Release() { chunked_.Release(); }

 private:
  enum class Kind : std::uint8_t { kSized, kChunked, kUntilClose };
  void Begin(Kind kind, std::uint64_t length);

  Side side_;
  Kind kind_ = Kind::kSized;
  std::uint64_t left_ = 0;
  std::uint64_t taken_ = 0;
  ChunkedDecoder chunked_;
};

}  // namespace outrigger::http
