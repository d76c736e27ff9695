#include "proxy/http/chunked.h"

#include <algorithm>

#include "proxy/http/head_lines.h"
#include "proxy/http/hop_by_hop.h"
#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

constexpr int kMaxDigits = 16;
constexpr std::uint64_t kMaxChunk = (std::uint64_t{1} << 63) - 1;
/// Overhead allowed before the ratio counts, and the ratio: an honest sender of 1-byte chunks costs
/// 5 bytes of framing for each.
constexpr std::uint64_t kFreeOverhead = 1024 * 1024;
constexpr std::uint64_t kOverheadPerByte = 16;

constexpr std::string_view kExtensionTooLong = "chunk extension too long";
constexpr std::string_view kTooMuchOverhead = "chunk framing outweighs the payload";

HeadScanner::Limits TrailerLimits(const H1Limits& limits) {
  const Fault too_large{ErrorCode::kTooLarge, 431, "trailers too large"};
  return {limits.max_trailer_bytes,
          limits.max_trailer_bytes,
          limits.max_fields,
          too_large,
          too_large,
          Fault{ErrorCode::kTooLarge, 431, "too many trailers"}};
}

Error Failure(std::string_view detail) {
  const bool size = detail == kExtensionTooLong || detail == kTooMuchOverhead;
  return {size ? ErrorCode::kTooLarge : ErrorCode::kMalformed, Side::kLocal, detail};
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedDecoder::ChunkedDecoder(const H1Limits& limits)
    : limits_(limits), trailer_scanner_(TrailerLimits(limits)), trailers_(arena_) {}

void ChunkedDecoder::Begin() {
  state_ = State::kSize;
  digits_ = 0;
  left_ = overhead_ = payload_ = 0;
  extension_ = 0;
  trailer_scanner_.Reset();
  trailer_text_.clear();
  trailers_.Clear();
  arena_.Clear();
}

void ChunkedDecoder::Release() {
  Begin();
  std::string().swap(trailer_text_);
  arena_.Release();
}

Result<H1Step> ChunkedDecoder::Receive(std::string_view& input) {
  while (!input.empty()) {
    if (state_ == State::kData) {
      const std::size_t size =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
      const std::string_view data = input.substr(0, size);
      input.remove_prefix(size);
      payload_ += size;
      left_ -= size;
      if (left_ == 0) state_ = State::kDataCr;
      return H1Step{H1Event::kData, data};
    }
    if (state_ == State::kTrailers) return TakeTrailers(input);
    if (state_ == State::kEnd) break;
    const char c = input.front();
    input.remove_prefix(1);
    ++overhead_;
    if (const std::string_view broken = TakeFraming(c); !broken.empty()) return Failure(broken);
  }
  return H1Step{state_ == State::kEnd ? H1Event::kEnd : H1Event::kNeedMore, {}};
}

// state            | byte        | next
// -----------------+-------------+---------------------------------
// kSize            | hex digit   | kSize
//                  | SP, HTAB    | kBlankAfterSize (after a digit)
//                  | ;           | kExtension (after a digit)
//                  | CR          | kSizeLineFeed (after a digit)
// kBlankAfterSize  | SP, HTAB    | kBlankAfterSize
//                  | ;           | kExtension
// kExtension       | text        | kExtension
//                  | CR          | kSizeLineFeed
// kSizeLineFeed    | LF          | kData, or kTrailers after size 0
// kData            | payload     | kDataCr at its end
// kDataCr          | CR          | kDataLineFeed
// kDataLineFeed    | LF          | kSize
// kTrailers        | lines       | kEnd at the empty line
// every other byte is an error.
std::string_view ChunkedDecoder::TakeFraming(char c) {
  switch (state_) {
    case State::kSize:
      return TakeSizeDigit(c);
    case State::kBlankAfterSize:
    case State::kExtension:
      if (++extension_ > limits_.max_chunk_extension_bytes) return kExtensionTooLong;
      if (state_ == State::kBlankAfterSize) {
        if (c == ';') state_ = State::kExtension;
        return c == ';' || IsBlank(c) ? "" : "junk after a chunk size";
      }
      if (c == '\r') state_ = State::kSizeLineFeed;
      return c == '\r' || !IsControl(c) ? "" : "control character in a chunk extension";
    case State::kSizeLineFeed:
      return c == '\n' ? EndSizeLine() : "bare CR in a chunk size line";
    case State::kDataCr:
      state_ = State::kDataLineFeed;
      return c == '\r' ? "" : "no CRLF after chunk data";
    case State::kDataLineFeed:
      state_ = State::kSize;
      digits_ = 0;
      left_ = 0;
      extension_ = 0;
      return c == '\n' ? "" : "no CRLF after chunk data";
    default:
      return "chunk decoder in a wrong state";
  }
}

std::string_view ChunkedDecoder::TakeSizeDigit(char c) {
  if (const int digit = HexDigit(c); digit >= 0) {
    if (++digits_ > kMaxDigits) return "chunk size with more than 16 digits";
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return "";
  }
  if (digits_ == 0) return "no chunk size";
  if (left_ > kMaxChunk) return "chunk size of 2^63 or more";
  if (c == '\r') {
    state_ = State::kSizeLineFeed;
  } else if (c == ';') {
    state_ = State::kExtension;
  } else if (IsBlank(c)) {
    state_ = State::kBlankAfterSize;
  } else {
    return "junk after a chunk size";
  }
  return "";
}

std::string_view ChunkedDecoder::EndSizeLine() {
  state_ = left_ == 0 ? State::kTrailers : State::kData;
  // By division: a peer may declare a payload close to 2^64 / 16, never send one that large.
  const bool absurd =
      overhead_ > kFreeOverhead && (overhead_ - kFreeOverhead) / kOverheadPerByte > payload_;
  return absurd ? kTooMuchOverhead : std::string_view{};
}

Result<H1Step> ChunkedDecoder::TakeTrailers(std::string_view& input) {
  const std::string_view before = input;
  const HeadScanner::Outcome outcome = trailer_scanner_.Feed(input);
  const std::string_view taken = before.substr(0, before.size() - input.size());
  overhead_ += taken.size();
  switch (outcome) {
    case HeadScanner::Outcome::kFault:
      return trailer_scanner_.fault().At(Side::kLocal);
    case HeadScanner::Outcome::kMore:
      trailer_text_.append(taken);
      return H1Step{};
    case HeadScanner::Outcome::kEmptyLine:
      break;  // no trailers, the usual end
    case HeadScanner::Outcome::kDone:
      trailer_text_.append(taken);
      if (!KeepTrailers(trailer_text_)) return Failure("malformed trailer");
      break;
  }
  state_ = State::kEnd;
  return H1Step{H1Event::kEnd, {}};
}

bool ChunkedDecoder::KeepTrailers(std::string_view lines) {
  if (CheckFieldLines(lines)) return false;
  lines = arena_.Copy(lines);
  while (lines.front() != '\r') {
    const std::string_view line = lines.substr(0, lines.find('\r'));
    lines.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (MayBeTrailer(name)) trailers_.AddView(name, Trim(line.substr(colon + 1)));
  }
  return true;
}

}  // namespace outrigger::http
