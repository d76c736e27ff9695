#include "proxy/http/head_scanner.h"

#include <algorithm>

#include "proxy/http/text.h"

namespace outrigger::http {

void HeadScanner::Reset() {
  total_ = line_ = lines_ = 0;
  after_cr_ = false;
}

HeadScanner::Outcome HeadScanner::Feed(std::string_view& input) {
  while (!input.empty()) {
    const std::size_t line_feed = input.find('\n');
    const bool has_line_end = line_feed != std::string_view::npos;
    const std::size_t wanted = has_line_end ? line_feed + 1 : input.size();
    const std::size_t total_room = limits_.max_bytes - total_;
    const std::size_t line_room = lines_ == 0 ? limits_.max_first_line - line_ : total_room;
    const std::size_t room = std::min(total_room, line_room);

    // Only the bytes inside the limits are looked at, so that the first offence in the byte order
    // is the one reported, however the input is cut.
    const std::string_view piece = input.substr(0, std::min(wanted, room));
    const bool over = wanted > room;
    if (!Check(piece, has_line_end && !over)) return Outcome::kFault;
    if (over)
      return Fail(line_room <= total_room && lines_ == 0 ? limits_.first_line_too_long
                                                         : limits_.too_large);

    input.remove_prefix(piece.size());
    total_ += piece.size();
    line_ += piece.size();
    after_cr_ = piece.back() == '\r';
    if (!has_line_end) continue;
    if (const Outcome outcome = EndLine(); outcome != Outcome::kMore) return outcome;
  }
  return Outcome::kMore;
}

bool HeadScanner::Check(std::string_view piece, bool has_line_end) {
  if (piece.empty()) return true;
  if (after_cr_ && piece.front() != '\n') {
    fault_ = Malformed("bare CR in a head");
    return false;
  }
  const std::size_t tail = has_line_end ? 1 : 0;
  const bool cr_at_end = piece.size() > tail && piece[piece.size() - tail - 1] == '\r';
  const std::string_view text = piece.substr(0, piece.size() - tail - (cr_at_end ? 1 : 0));
  if (const std::size_t at = FindControl(text); at != std::string_view::npos) {
    fault_ = Malformed(text[at] == '\r' ? "bare CR in a head" : "control character in a head");
    return false;
  }
  if (has_line_end && !cr_at_end && !(piece.size() == 1 && after_cr_)) {
    fault_ = Malformed("bare LF in a head");
    return false;
  }
  return true;
}

HeadScanner::Outcome HeadScanner::EndLine() {
  const bool empty = line_ == 2;
  line_ = 0;
  if (empty) return lines_ == 0 ? Outcome::kEmptyLine : Outcome::kDone;
  if (++lines_ > limits_.max_lines) return Fail(limits_.too_many_lines);
  return Outcome::kMore;
}

HeadScanner::Outcome HeadScanner::Fail(const Fault& fault) {
  fault_ = fault;
  return Outcome::kFault;
}

}  // namespace outrigger::http
