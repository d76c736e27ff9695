#include "proxy/config/scalar.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

namespace outrigger::config {
namespace {

constexpr std::string_view kTrue[] = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                      "True", "TRUE", "on",  "On",  "ON"};
constexpr std::string_view kFalse[] = {"n",     "N",     "no",  "No",  "NO", "false",
                                       "False", "FALSE", "off", "Off", "OFF"};
constexpr std::string_view kNull[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view kNotFinite[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                           "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

template <class List>
bool Contains(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSign(char c) { return c == '+' || c == '-'; }

int TakeBase(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  switch (digits[1]) {
    case 'x':
    case 'X':
      digits.remove_prefix(2);
      return 16;
    case 'b':
    case 'B':
      digits.remove_prefix(2);
      return 2;
    case 'o':
    case 'O':
      digits.remove_prefix(2);
      return 8;
    default:
      digits.remove_prefix(1);
      return 8;
  }
}

std::optional<Scalar> ParseInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (IsSign(text[0])) text.remove_prefix(1);
  const int base = TakeBase(text);
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative) {
    if (magnitude > kMax + 1) return std::nullopt;
    return static_cast<std::int64_t>(~magnitude + 1);
  }
  if (magnitude > kMax) return magnitude;
  return static_cast<std::int64_t>(magnitude);
}

// digits [. digits] [e sign digits]; a digit on at least one side of the point.
bool LooksLikeFloat(std::string_view text) {
  std::size_t i = IsSign(text[0]) ? 1 : 0;
  const auto skip_digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i - start;
  };
  std::size_t digits = skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && IsSign(text[i])) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

std::optional<Scalar> ParseFloat(std::string_view text) {
  if (!LooksLikeFloat(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Scalar ResolveNumber(std::string_view text) {
  std::string without_underscores;
  if (text.find('_') != std::string_view::npos) {
    std::copy_if(text.begin(), text.end(), std::back_inserter(without_underscores),
                 [](char c) { return c != '_'; });
    text = without_underscores;
  }
  if (const auto integer = ParseInteger(text)) return *integer;
  if (const auto number = ParseFloat(text)) return *number;
  return PlainText();
}

}  // namespace

bool IsNullText(std::string_view text) { return Contains(kNull, text); }

Scalar ResolvePlain(std::string_view text) {
  if (IsNullText(text)) return nullptr;
  const char first = text[0];
  if (IsDigit(first) || IsSign(first) || first == '.') {
    if (Contains(kNotFinite, text)) return NotFinite();
    if (first == '.') {
      const auto number = ParseFloat(text);
      return number ? *number : Scalar(PlainText());
    }
    return ResolveNumber(text);
  }
  // The longest word is "false": most strings need no look-up.
  if (text.size() > 5) return PlainText();
  if (Contains(kTrue, text)) return true;
  if (Contains(kFalse, text)) return false;
  return PlainText();
}

}  // namespace outrigger::config
