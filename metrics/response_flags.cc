#include "metrics/response_flags.h"

#include <array>

namespace outrigger::metrics {
namespace {

// In the order of enum Flag.
constexpr std::array<std::string_view, static_cast<std::size_t>(Flag::kCount)> kCodes = {
    "",    "UH",    "UF",   "UO",   "NR",   "NC", "URX", "UC", "UR", "LR", "UT",
    "UPE", "UMSDR", "DC",   "DR",   "DPE",  "DT", "SI",  "DI", "FI", "LH", "IH",
    "RL",  "RLSE",  "UAEX", "RFCF", "NFCF", "OM", "DF",  "DO", "UDO"};

}  // namespace

std::string_view ToString(Flag flag) {
  const auto index = static_cast<std::size_t>(flag);
  return index < kCodes.size() ? kCodes[index] : std::string_view();
}

void ResponseFlags::AppendTo(std::string* out) const {
  if (empty()) {
    out->push_back('-');
    return;
  }
  for (std::uint64_t rest = packed_; rest != 0; rest >>= 8) {
    if (rest != packed_) out->push_back(',');
    out->append(metrics::ToString(static_cast<Flag>(rest & 0xFF)));
  }
}

std::string ResponseFlags::ToString() const {
  std::string text;
  AppendTo(&text);
  return text;
}

std::ostream& operator<<(std::ostream& out, ResponseFlags flags) { return out << flags.ToString(); }

}  // namespace outrigger::metrics
