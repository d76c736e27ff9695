#pragma once

#include <absl/status/status.h>

#include <concepts>
#include <string>
#include <string_view>

// absl::string_view is a type of its own in Debian's Abseil, so absl::StrCat does not take ours.

namespace outrigger::injector {

inline void AppendPart(std::string& text, std::string_view part) { text += part; }
template <std::integral Number>
void AppendPart(std::string& text, Number part) {
  text += std::to_string(part);
}

/// The parts as one text.
template <class... Parts>
std::string Cat(const Parts&... parts) {
  std::string text;
  (AppendPart(text, parts), ...);
  return text;
}

/// The message of a status.
inline std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

}  // namespace outrigger::injector
