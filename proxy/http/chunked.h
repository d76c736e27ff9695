#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "proxy/http/h1_types.h"
#include "proxy/http/head.h"
#include "proxy/http/head_scanner.h"

namespace outrigger::http {

/// Decodes one chunked body after the other (RFC 9112 §7.1). Nothing of the encoding is passed on:
/// sizes are written anew, extensions are dropped, trailers are kept apart and filtered.
///
/// Stricter than some: at most 16 hexadecimal digits, no blank around the size except before an
/// extension, CRLF and nothing else, no control character in an extension, no folded trailer. A
/// body whose framing outweighs its payload (1 MiB + 16 x payload) is an attack and ends the
/// connection.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const H1Limits& limits);

  /// Before each body; forgets the trailers of the previous one.
  void Begin();
  /// As H1RequestDecoder::Receive, without kHead. Errors: kMalformed or kTooLarge, side kLocal (the
  /// caller knows the side).
  Result<H1Step> Receive(std::string_view& input);

  /// Filtered with MayBeTrailer; valid from kEnd until Begin().
  [[nodiscard]] const HeaderMap& trailers() const { return trailers_; }
  /// Framing bytes and payload taken since Begin().
  [[nodiscard]] std::uint64_t wire_bytes() const { return overhead_ + payload_; }
  /// Memory goes back; for idle connections.
  void Release();

 private:
  enum class State : std::uint8_t {
    kSize,
    kBlankAfterSize,
    kExtension,
    kSizeLineFeed,
    kData,
    kDataCr,
    kDataLineFeed,
    kTrailers,
    kEnd
  };
  /// Takes one byte of framing; an empty view, or the rule it broke.
  std::string_view TakeFraming(char c);
  std::string_view TakeSizeDigit(char c);
  std::string_view EndSizeLine();
  Result<H1Step> TakeTrailers(std::string_view& input);
  bool KeepTrailers(std::string_view lines);

  H1Limits limits_;
  State state_ = State::kSize;
  int digits_ = 0;
  std::uint64_t left_ = 0;  // size of the chunk while it is read, then what is left of it
  std::size_t extension_ = 0;
  std::uint64_t overhead_ = 0;
  std::uint64_t payload_ = 0;
  HeadScanner trailer_scanner_;
  std::string trailer_text_;
  Arena arena_;
  HeaderMap trailers_;
};

}  // namespace outrigger::http
