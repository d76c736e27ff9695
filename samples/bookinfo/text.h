#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The small things of HTTP and HTML that every service needs once.
namespace bookinfo {

/// `text` with & < > " ' replaced, for HTML text and quoted attributes.
std::string EscapeHtml(std::string_view text);

/// Everything but letters, digits, '-' and '_' as %XX; so the result fits a cookie or a path
/// segment.
std::string PercentEncode(std::string_view text);
/// %XX decoded; a '%' without two hex digits stays as it is.
std::string PercentDecode(std::string_view text);

/// The decoded value of the first `key` in an HTML form body or query ("a=1&b=x+y").
std::optional<std::string> FormValue(std::string_view form, std::string_view key);

/// What is behind the last '/'.
std::string_view LastSegment(std::string_view path);

/// A whole decimal number with an optional sign; empty for anything else or more than 64 bits.
std::optional<std::int64_t> ParseInteger(std::string_view text);
/// The number `text` begins with ("12abc" is 12); empty when it begins with none.
std::optional<std::int64_t> ParseLeadingInteger(std::string_view text);

}  // namespace bookinfo
