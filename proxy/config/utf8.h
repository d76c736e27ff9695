#pragma once

#include <cstddef>
#include <string_view>

namespace outrigger::config {

/// Bytes of the UTF-8 character at the front of `text`, 0 when there is none (RFC 3629: no overlong
/// forms, no surrogates, nothing above U+10FFFF).
std::size_t Utf8Length(std::string_view text);

}  // namespace outrigger::config
