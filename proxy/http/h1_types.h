#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"

/// Words shared by the HTTP/1 decoders and their parts.
namespace outrigger::http {

/// What one peer may make us hold or read. Defaults are those of docs/configuration.md.
struct H1Limits {
  std::size_t max_head_bytes = 60 * 1024;        ///< start line and fields with their line ends
  std::size_t max_fields = 100;                  ///< in a head, and again in a trailer section
  std::size_t max_line_bytes = 16 * 1024;        ///< request line or status line with its line end
  std::size_t max_chunk_extension_bytes = 1024;  ///< per chunk; dropped, never forwarded
  std::size_t max_trailer_bytes = 16 * 1024;     ///< fields with their line ends
};

enum class H1Event : std::uint8_t {
  kNeedMore,  ///< all input is consumed; nothing to report
  kHead,      ///< the head is complete and in the RequestHead / ResponseHead
  kData,      ///< `data` is a slice of the input: body bytes
  kEnd,       ///< the message is complete; trailers, if any, are in trailers()
};

struct H1Step {
  H1Event event = H1Event::kNeedMore;
  std::string_view data;
};

/// A broken rule, before it is known on which side of us it happened.
struct Fault {
  ErrorCode code;           ///< kMalformed, kTooLarge or kUnsupported
  int status;               ///< what a client is told; upstream faults are a 502 whatever this says
  std::string_view detail;  ///< static text: which rule

  [[nodiscard]] Error At(Side side) const { return {code, side, detail}; }
};

constexpr Fault Malformed(std::string_view detail) { return {ErrorCode::kMalformed, 400, detail}; }

}  // namespace outrigger::http
