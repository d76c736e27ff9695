#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace outrigger {

/// Debian's Abseil is built with its own string_view type; this crosses over without copying.
inline absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace outrigger
