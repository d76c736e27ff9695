#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace outrigger::control {

/// ASCII helpers on std::string_view (Abseil's want its own string_view on Debian).
std::string ToLower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
/// Views into `text`; at least one part, parts may be empty.
std::vector<std::string_view> Split(std::string_view text, char separator);
/// RFC 9110 token: what header names are made of. False for the empty text.
bool IsToken(std::string_view text);
/// `host` or `:authority`, in any case.
bool IsHostName(std::string_view header);
/// Headers that say where a message ends; only the codecs write them.
bool IsFraming(std::string_view header);
/// Without blanks at both ends.
std::string_view Trim(std::string_view text);

}  // namespace outrigger::control
