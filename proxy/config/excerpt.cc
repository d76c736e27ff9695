#include "proxy/config/excerpt.h"

#include <absl/strings/escaping.h>

namespace outrigger::config {
namespace {
constexpr std::size_t kMaxBytes = 60;
}

std::string Excerpt(std::string_view text) {
  std::string out = "`";
  if (text.size() <= kMaxBytes)
    return out + absl::Utf8SafeCEscape({text.data(), text.size()}) + "`";
  std::size_t end = kMaxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;  // not inside a character
  return out + absl::Utf8SafeCEscape({text.data(), end}) + "...`";
}

}  // namespace outrigger::config
