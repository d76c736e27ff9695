#include "proxy/http/body_reader.h"

#include <algorithm>
#include <limits>

namespace outrigger::http {

void BodyReader::Begin(Kind kind, std::uint64_t length) {
  kind_ = kind;
  left_ = length;
  taken_ = 0;
  chunked_.Begin();  // in every case: trailers of the previous message are not this one's
}

void BodyReader::BeginSized(std::uint64_t length) { Begin(Kind::kSized, length); }
void BodyReader::BeginChunked() { Begin(Kind::kChunked, 0); }
void BodyReader::BeginUntilClose() {
  Begin(Kind::kUntilClose, std::numeric_limits<std::uint64_t>::max());
}

Result<H1Step> BodyReader::Receive(std::string_view& input) {
  if (kind_ == Kind::kChunked) {
    Result<H1Step> step = chunked_.Receive(input);
    if (step.has_error()) return Error{step.error().code, side_, step.error().detail};
    return step;
  }
  if (left_ == 0) return H1Step{H1Event::kEnd, {}};
  if (input.empty()) return H1Step{};
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  const std::string_view data = input.substr(0, size);
  input.remove_prefix(size);
  taken_ += size;
  if (kind_ == Kind::kSized) left_ -= size;
  return H1Step{H1Event::kData, data};
}

}  // namespace outrigger::http
