#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/http/h1_types.h"

namespace outrigger::http {

/// Finds the end of a head, or of a trailer section, in bytes that come in portions of any size,
/// and refuses on the way what may stand in neither (RFC 9112 §2.2, §5): a bare CR or LF, NUL and
/// other control characters, more bytes or lines than allowed. It keeps no text: linear however the
/// bytes are cut, and the outcome depends on the bytes alone.
class HeadScanner {
 public:
  struct Limits {
    std::size_t max_bytes;       ///< everything, line ends included
    std::size_t max_first_line;  ///< the first line with its line end; the start line of a head
    std::size_t max_lines;       ///< lines that are not empty
    Fault first_line_too_long;   ///< what to say, as these differ between requests, responses and
                                 ///< trailers
    Fault too_large;
    Fault too_many_lines;
  };
  enum class Outcome {
    kMore,       ///< all input taken, the end has not come
    kEmptyLine,  ///< an empty line came first: the end of empty trailers, or noise before a request
    kDone,       ///< the empty line that ends the head was taken
    kFault,      ///< see fault()
  };

  explicit HeadScanner(const Limits& limits) : limits_(limits) {}

  /// Takes bytes off the front of `input`, at most up to the end of the head. After any outcome but
  /// kMore, Reset() comes before the next call.
  Outcome Feed(std::string_view& input);
  void Reset();

  /// No byte taken since Reset().
  [[nodiscard]] bool untouched() const { return total_ == 0; }
  [[nodiscard]] const Fault& fault() const { return fault_; }

 private:
  Outcome Fail(const Fault& fault);
  Outcome EndLine();
  /// Looks at one piece of a line; true when it is fine.
  bool Check(std::string_view piece, bool has_line_end);

  Limits limits_;
  std::size_t total_ = 0;
  std::size_t line_ = 0;  // bytes of the current line so far
  std::size_t lines_ = 0;
  bool after_cr_ = false;  // the last byte taken was a CR
  Fault fault_ = Malformed("");
};

}  // namespace outrigger::http
