#include "proxy/http/head_lines.h"

#include <cstring>

#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// "HTTP/" DIGIT "." DIGIT, and one of ours.
std::optional<Fault> CheckVersion(std::string_view version) {
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           IsDigit(version[5]) && version[6] == '.' && IsDigit(version[7]);
  if (!well_formed) return Malformed("no HTTP version in the start line");
  if (version[5] != '1' || version[7] > '1') {
    return Fault{ErrorCode::kUnsupported, 505, "HTTP version other than 1.0 and 1.1"};
  }
  return std::nullopt;
}

std::optional<Fault> CheckFieldLine(std::string_view line) {
  if (IsBlank(line.front())) return Malformed("folded field line");
  std::size_t end = 0;
  while (end < line.size() && IsTokenChar(line[end])) ++end;
  if (end == line.size()) return Malformed("field line without a colon");
  if (line[end] == ':') {
    if (end == 0) return Malformed("empty field name");
    return std::nullopt;
  }
  if (IsBlank(line[end])) return Malformed("blank in or after a field name");
  return Malformed("bad character in a field name");
}

}  // namespace

std::optional<Fault> CheckRequestLine(std::string_view line) {
  const std::size_t first = line.find(' ');
  if (!IsToken(line.substr(0, first))) return Malformed("bad method");
  if (first == std::string_view::npos) return Malformed("no target in the request line");
  const std::string_view rest = line.substr(first + 1);
  const std::size_t second = rest.find(' ');
  if (second == 0) return Malformed("no target in the request line");
  if (second == std::string_view::npos) return Malformed("no HTTP version in the start line");
  return CheckVersion(rest.substr(second + 1));
}

std::optional<Fault> CheckStatusLine(std::string_view line) {
  constexpr std::size_t kVersion = 8;
  if (const auto fault = CheckVersion(line.substr(0, kVersion))) return fault;
  const std::string_view rest = line.substr(kVersion);
  const bool well_formed = rest.size() >= 4 && rest[0] == ' ' && IsDigit(rest[1]) &&
                           IsDigit(rest[2]) && IsDigit(rest[3]) &&
                           (rest.size() == 4 || rest[4] == ' ');
  if (!well_formed) return Malformed("bad status line");
  if (rest[1] == '0') return Malformed("status below 100");
  return std::nullopt;
}

std::optional<Fault> CheckFieldLines(std::string_view fields) {
  while (!fields.starts_with(kLineEnd)) {
    const std::size_t end = fields.find('\n');  // preceded by a CR: HeadScanner
    if (const auto fault = CheckFieldLine(fields.substr(0, end - 1))) return fault;
    fields.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::size_t Unfold(char* head, std::size_t size) {
  const std::string_view text(head, size);
  std::size_t from = text.find('\n') + 1;  // never the start line
  std::size_t to = from;
  bool first_field = true;
  while (from < size) {
    const std::size_t end = text.find('\n', from) + 1;
    if (IsBlank(head[from]) && !first_field) {
      to -= kLineEnd.size();
      while (IsBlank(head[to - 1])) --to;
      while (IsBlank(head[from])) ++from;
      if (head[to - 1] != ' ') head[to++] = ' ';
    }
    std::memmove(head + to, head + from, end - from);
    to += end - from;
    from = end;
    first_field = false;
  }
  return to;
}

}  // namespace outrigger::http
