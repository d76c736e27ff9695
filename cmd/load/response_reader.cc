#include "cmd/load/response_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace outrigger::load {
namespace {

constexpr std::size_t kMaxHeadBytes = 64 * 1024;
constexpr std::size_t kMaxLineBytes = 4 * 1024;  // a chunk size or trailer line

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class T>
bool ReadNumber(std::string_view text, T& number, int base = 10) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

/// Whether a comma-separated list such as Connection holds `token`.
bool Lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (EqualsIgnoreCase(Trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

void ResponseReader::Start(bool to_head_request) {
  to_head_request_ = to_head_request;
  state_ = State::kHead;
  started_ = false;
  received_ = 0;
  status_ = 0;
  line_.clear();
}

ResponseReader::Progress ResponseReader::Receive(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  received_ += bytes.size();
  while (!bytes.empty() && state_ != State::kDone) {
    bool good = true;
    switch (state_) {
      case State::kHead:
        good = ReadHead(bytes);
        break;
      case State::kFixedBody:
        SkipBody(bytes, State::kDone);
        break;
      case State::kBodyUntilClose:
        bytes = {};
        break;
      case State::kChunkData:
        SkipBody(bytes, State::kChunkEnd);
        break;
      case State::kChunkSize:
      case State::kChunkEnd:
      case State::kTrailer:
        good = ReadChunkLine(bytes);
        break;
      case State::kDone:
        break;
    }
    if (!good) return Progress::kMalformed;
  }
  if (state_ != State::kDone) return Progress::kMore;
  return bytes.empty() ? Progress::kDone : Progress::kMalformed;
}

ResponseReader::Progress ResponseReader::Close() const {
  return state_ == State::kBodyUntilClose ? Progress::kDone : Progress::kMalformed;
}

// Almost always the whole head is in one piece and is parsed where it lies.
bool ResponseReader::ReadHead(std::string_view& bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  if (line_.empty()) {
    const auto end = bytes.find(kEnd);
    if (end != std::string_view::npos) {
      const std::string_view head = bytes.substr(0, end);
      bytes.remove_prefix(end + kEnd.size());
      return ParseHead(head);
    }
  }
  // The end may lie across the border of two pieces.
  const std::size_t searched = line_.size() < kEnd.size() ? 0 : line_.size() - kEnd.size() + 1;
  const std::size_t before = line_.size();
  line_.append(bytes);
  const auto end = line_.find(kEnd, searched);
  if (end == std::string::npos) {
    bytes = {};
    return line_.size() <= kMaxHeadBytes;
  }
  bytes.remove_prefix(end + kEnd.size() - before);
  const std::string head = line_.substr(0, end);
  line_.clear();
  return ParseHead(head);
}

bool ResponseReader::ParseHead(std::string_view head) {
  if (head.size() > kMaxHeadBytes) return false;
  chunked_ = false;
  has_length_ = false;
  remaining_ = 0;
  auto end = std::min(head.find("\r\n"), head.size());
  if (!ParseStatusLine(head.substr(0, end))) return false;
  while (end < head.size()) {
    head.remove_prefix(end + 2);
    end = std::min(head.find("\r\n"), head.size());
    if (!ParseField(head.substr(0, end))) return false;
  }
  ChooseBody();
  return true;
}

bool ResponseReader::ParseStatusLine(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return false;
  if (line.size() > 12 && line[12] != ' ') return false;
  keep_alive_ = line[7] != '0';
  return ReadNumber(line.substr(9, 3), status_) && status_ >= 100 && status_ <= 599;
}

bool ResponseReader::ParseField(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoreCase(name, "content-length")) {
    has_length_ = true;
    return ReadNumber(value, remaining_);
  }
  if (EqualsIgnoreCase(name, "transfer-encoding")) chunked_ = Lists(value, "chunked");
  if (EqualsIgnoreCase(name, "connection")) {
    keep_alive_ = !Lists(value, "close") && (keep_alive_ || Lists(value, "keep-alive"));
  }
  return true;
}

void ResponseReader::ChooseBody() {
  if (status_ < 200 && status_ != 101) {
    state_ = State::kHead;  // interim: the real one follows
  } else if (to_head_request_ || status_ == 204 || status_ == 304) {
    state_ = State::kDone;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    state_ = remaining_ == 0 ? State::kDone : State::kFixedBody;
  } else {
    state_ = State::kBodyUntilClose;
    keep_alive_ = false;
  }
}

void ResponseReader::SkipBody(std::string_view& bytes, State next) {
  const auto taken = std::min<std::uint64_t>(remaining_, bytes.size());
  bytes.remove_prefix(static_cast<std::size_t>(taken));
  remaining_ -= taken;
  if (remaining_ == 0) state_ = next;
}

bool ResponseReader::ReadLine(std::string_view& bytes, bool& complete) {
  const auto newline = bytes.find('\n');
  complete = newline != std::string_view::npos;
  line_.append(bytes.substr(0, newline));
  bytes.remove_prefix(complete ? newline + 1 : bytes.size());
  if (line_.size() > kMaxLineBytes) return false;
  if (!complete) return true;
  if (!line_.ends_with('\r')) return false;
  line_.pop_back();
  return true;
}

bool ResponseReader::ReadChunkLine(std::string_view& bytes) {
  bool complete = false;
  if (!ReadLine(bytes, complete)) return false;
  if (!complete) return true;
  const std::string line = std::exchange(line_, {});
  if (state_ == State::kChunkEnd) {
    state_ = State::kChunkSize;
    return line.empty();
  }
  if (state_ == State::kTrailer) {
    if (line.empty()) state_ = State::kDone;
    return true;
  }
  const std::string_view size = Trim(std::string_view(line).substr(0, line.find(';')));
  if (!ReadNumber(size, remaining_, 16)) return false;
  state_ = remaining_ == 0 ? State::kTrailer : State::kChunkData;
  return true;
}

}  // namespace outrigger::load
