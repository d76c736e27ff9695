#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// Character classes and list walking of RFC 9110 §5.6, shared by everything in this room that
/// looks at bytes from a peer. Nothing here allocates or depends on the locale.
namespace outrigger::http {

/// A set of bytes, one load per question.
class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view members) {
    for (char c : members) table_[static_cast<unsigned char>(c)] = true;
  }
  constexpr ByteSet& AddRange(int first, int last) {
    for (int c = first; c <= last; ++c) table_[static_cast<std::size_t>(c)] = true;
    return *this;
  }
  [[nodiscard]] constexpr bool Has(char c) const { return table_[static_cast<unsigned char>(c)]; }
  [[nodiscard]] constexpr bool HasAll(std::string_view text) const {
    for (char c : text) {
      if (!Has(c)) return false;
    }
    return true;
  }

 private:
  std::array<bool, 256> table_{};
};

inline constexpr ByteSet kTokenChars =
    ByteSet("!#$%&'*+-.^_`|~").AddRange('0', '9').AddRange('a', 'z').AddRange('A', 'Z');

/// tchar: what method and field names are made of.
constexpr bool IsTokenChar(char c) { return kTokenChars.Has(c); }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
/// OWS: space or horizontal tab.
constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }
/// CTL without HTAB: may stand nowhere in a head except in the CRLF that ends a line.
constexpr bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}
constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// Position of the first control character (IsControl), or npos. Looks at eight bytes at a time.
std::size_t FindControl(std::string_view text);
/// At least one character, all of them tchar.
inline bool IsToken(std::string_view text) { return !text.empty() && kTokenChars.HasAll(text); }
/// Without the blanks at both ends.
std::string_view Trim(std::string_view text);

/// Calls `visit(element)` for each element of a comma-separated list, blanks removed, empty
/// elements included: whether those are tolerated is the field's own rule. Stops when `visit`
/// returns false. Quoted strings are not understood; none of the fields we split may contain one.
template <class Visit>
void ForEachElement(std::string_view list, Visit&& visit) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (!visit(Trim(list.substr(0, comma))) || comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace outrigger::http
