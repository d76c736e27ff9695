#include "proxy/http/text.h"

#include <cstdint>
#include <cstring>

namespace outrigger::http {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kHigh = 0x8080808080808080u;

/// Non-zero when one of the eight bytes is below 0x20 or is 0x7f; HTAB counts too, the caller looks
/// again.
std::uint64_t MayHaveControl(std::uint64_t word) {
  const std::uint64_t low = (word - kOnes * 0x20) & ~word & kHigh;
  const std::uint64_t del = word ^ (kOnes * 0x7f);
  return low | ((del - kOnes) & ~del & kHigh);
}

}  // namespace

std::size_t FindControl(std::string_view text) {
  const auto clean = [text](std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    return MayHaveControl(word) == 0;
  };
  std::size_t at = 0;
  while (at + 8 <= text.size() && clean(at)) at += 8;
  // The last word may overlap the one before: cheaper than up to seven single bytes.
  if (at + 8 > text.size() && text.size() >= 8 && clean(text.size() - 8))
    return std::string_view::npos;
  for (; at < text.size(); ++at) {
    if (IsControl(text[at])) return at;
  }
  return std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace outrigger::http
