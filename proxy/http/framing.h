#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "proxy/http/h1_types.h"

/// Where a message ends (RFC 9112 §6): the rules request smuggling lives on. They are ours and
/// stricter than Beast 1.81's, which takes `Transfer-Encoding: xchunked` for "no body".
namespace outrigger::http {

/// Parses one Content-Length value (RFC 9110 §8.6; framing rules in RFC 9112 §6.3).
///
/// @param value  Field value, surrounding whitespace already removed.
/// @return Body length in bytes, or
///   - kMalformed: empty, signed, non-digit, or a list of differing values (request-smuggling
///   probes);
///   - kTooLarge: 2^63 or more.
/// A list of identical values ("5, 5": a proxy before us joined repeated fields) collapses to one.
/// Never allocates. Callers answer either error with 400 and close the connection. The side of the
/// error is kLocal: only the caller knows who sent it.
[[nodiscard]] Result<std::uint64_t> ParseContentLength(std::string_view value);

/// The transfer codings of one message, over all its Transfer-Encoding fields in order.
/// We speak `chunked` and nothing else:
///
///   | codings                            | outcome                                             |
///   |------------------------------------|-----------------------------------------------------|
///   | chunked                            | a chunked body                                      |
///   | gzip, chunked (and other known)    | kUnsupported, 501: valid, but we do not do it        |
///   | gzip; chunked, gzip                | kMalformed: chunked must be last (RFC 9112 §6.1)     |
///   | chunked, chunked                   | kMalformed                                          |
///   | xchunked, identity, "", chunked;a=b | kMalformed                                          |
class TransferCodings {
 public:
  void Add(std::string_view value);
  [[nodiscard]] bool present() const { return present_; }
  /// Empty when the codings are exactly `chunked`. Only to be asked when present().
  [[nodiscard]] std::optional<Fault> Judge() const;

 private:
  bool present_ = false;
  bool chunked_ = false;  // seen, as the last one so far
  bool other_known_ = false;
  bool broken_ = false;
};

/// How long the body is, from the framing fields of one head.
struct BodyLength {
  std::optional<std::uint64_t> content_length;
  TransferCodings codings;

  /// One Content-Length field; repeats must agree.
  [[nodiscard]] std::optional<Fault> AddContentLength(std::string_view value);
  /// The rules that need the whole head: no Content-Length beside Transfer-Encoding, no
  /// Transfer-Encoding in HTTP/1.0, no coding but chunked.
  [[nodiscard]] std::optional<Fault> Judge(bool is_http10) const;
};

}  // namespace outrigger::http
