#include "proxy/http/framing.h"

#include "proxy/http/head.h"
#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

/// 2^63 and more cannot be counted with the signed numbers other programs use.
constexpr std::uint64_t kMaxLength = (std::uint64_t{1} << 63) - 1;

Result<std::uint64_t> ParseOne(std::string_view digits) {
  if (digits.empty()) return Error{ErrorCode::kMalformed, Side::kLocal, "empty Content-Length"};
  std::uint64_t length = 0;
  bool overflow = false;
  for (char c : digits) {
    if (!IsDigit(c))
      return Error{ErrorCode::kMalformed, Side::kLocal, "Content-Length is not a number"};
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMaxLength - digit) / 10)
      overflow = true;  // keep looking: junk is worse than size
    if (!overflow) length = length * 10 + digit;
  }
  if (overflow) return Error{ErrorCode::kTooLarge, Side::kLocal, "Content-Length of 2^63 or more"};
  return length;
}

bool IsKnownCoding(std::string_view coding) {
  for (std::string_view known : {"gzip", "x-gzip", "deflate", "compress", "x-compress"}) {
    if (EqualsIgnoreCase(coding, known)) return true;
  }
  return false;
}

}  // namespace

Result<std::uint64_t> ParseContentLength(std::string_view value) {
  std::optional<Result<std::uint64_t>> first;
  ForEachElement(value, [&first](std::string_view element) {
    Result<std::uint64_t> length = ParseOne(element);
    if (length.has_value() && first && **first != *length) {
      length = Error{ErrorCode::kMalformed, Side::kLocal, "differing Content-Length values"};
    }
    first = length;
    return length.has_value();
  });
  return *first;  // a list has at least one element, if only an empty one
}

void TransferCodings::Add(std::string_view value) {
  present_ = true;
  ForEachElement(value, [this](std::string_view coding) {
    if (chunked_) broken_ = true;  // nothing may follow chunked, not even itself
    if (EqualsIgnoreCase(coding, "chunked")) {
      chunked_ = true;
    } else if (IsKnownCoding(coding)) {
      other_known_ = true;
    } else {
      broken_ = true;
    }
    return true;
  });
}

std::optional<Fault> TransferCodings::Judge() const {
  if (broken_) return Malformed("Transfer-Encoding is unknown or repeats chunked");
  if (!chunked_) return Malformed("Transfer-Encoding does not end with chunked");
  if (other_known_)
    return Fault{ErrorCode::kUnsupported, 501, "transfer coding other than chunked"};
  return std::nullopt;
}

std::optional<Fault> BodyLength::AddContentLength(std::string_view value) {
  const Result<std::uint64_t> length = ParseContentLength(value);
  if (length.has_error()) return Fault{length.error().code, 400, length.error().detail};
  if (content_length && *content_length != *length)
    return Malformed("differing Content-Length values");
  content_length = *length;
  return std::nullopt;
}

std::optional<Fault> BodyLength::Judge(bool is_http10) const {
  if (!codings.present()) return std::nullopt;
  if (content_length) return Malformed("both Content-Length and Transfer-Encoding");
  if (is_http10) return Malformed("Transfer-Encoding in HTTP/1.0");
  return codings.Judge();
}

}  // namespace outrigger::http
