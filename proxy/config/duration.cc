#include "proxy/config/duration.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace outrigger::config {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// In this order "ms" is tried before "m".
constexpr Unit kUnits[] = {{"ns", 1},         {"us", 1000},   {"µs", 1000},   {"μs", 1000},
                           {"ms", 1'000'000}, {"s", kSecond}, {"m", kMinute}, {"h", kHour}};

const Unit* TakeUnit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.name)) {
      text.remove_prefix(unit.name.size());
      return &unit;
    }
  }
  return nullptr;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Adds one "1.5h" from the front of `text` to `total`; false when it is none, or too much.
bool TakeTerm(std::string_view& text, std::int64_t& total) {
  std::int64_t whole = 0;
  double fraction = 0;
  double scale = 1;
  bool digits = false;
  for (; !text.empty() && IsDigit(text[0]); text.remove_prefix(1), digits = true) {
    if (__builtin_mul_overflow(whole, 10, &whole) ||
        __builtin_add_overflow(whole, text[0] - '0', &whole))
      return false;
  }
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    for (; !text.empty() && IsDigit(text[0]); text.remove_prefix(1), digits = true) {
      if (scale < 1e15) {  // further digits are below a nanosecond in every unit
        fraction = fraction * 10 + (text[0] - '0');
        scale *= 10;
      }
    }
  }
  const Unit* unit = digits ? TakeUnit(text) : nullptr;
  std::int64_t term = 0;
  if (unit == nullptr || __builtin_mul_overflow(whole, unit->nanoseconds, &term)) return false;
  const auto part =
      static_cast<std::int64_t>(fraction * (static_cast<double>(unit->nanoseconds) / scale));
  return !__builtin_add_overflow(term, part, &term) && !__builtin_add_overflow(total, term, &total);
}

void AppendFraction(std::string& out, std::int64_t value, std::int64_t unit) {
  out += std::to_string(value / unit);
  std::int64_t rest = value % unit;
  if (rest == 0) return;
  out += '.';
  for (unit /= 10; rest > 0; unit /= 10) {
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
}

// Below a second Go picks one unit with a fraction; a whole number of a smaller unit reads better.
void AppendBelowMinute(std::string& out, std::int64_t value) {
  if (value >= kSecond) {
    AppendFraction(out, value, kSecond);
    out += 's';
  } else if (value % 1'000'000 == 0) {
    out += std::to_string(value / 1'000'000) + "ms";
  } else if (value % 1000 == 0) {
    out += std::to_string(value / 1000) + "us";
  } else {
    out += std::to_string(value) + "ns";
  }
}

}  // namespace

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    if (!TakeTerm(text, total)) return std::nullopt;
  }
  return std::chrono::nanoseconds(negative ? -total : total);
}

std::string FormatDuration(std::chrono::nanoseconds duration) {
  // The most negative value has no positive twin; a nanosecond in 292 years is nobody's loss.
  std::int64_t value = std::max<std::int64_t>(duration.count(), -kMax);
  if (value == 0) return "0s";
  std::string out = value < 0 ? "-" : "";
  value = std::abs(value);
  if (value >= kHour) out += std::to_string(value / kHour) + "h";
  value %= kHour;
  if (value >= kMinute) out += std::to_string(value / kMinute) + "m";
  value %= kMinute;
  if (value > 0) AppendBelowMinute(out, value);
  return out;
}

std::chrono::nanoseconds ToChrono(const google::protobuf::Duration& duration) {
  std::int64_t value = 0;
  if (__builtin_mul_overflow(duration.seconds(), kSecond, &value) ||
      __builtin_add_overflow(value, static_cast<std::int64_t>(duration.nanos()), &value)) {
    return std::chrono::nanoseconds(duration.seconds() < 0 ? -kMax : kMax);
  }
  return std::chrono::nanoseconds(value);
}

void FromChrono(std::chrono::nanoseconds duration, google::protobuf::Duration* out) {
  out->set_seconds(duration.count() / kSecond);
  out->set_nanos(static_cast<std::int32_t>(duration.count() % kSecond));
}

}  // namespace outrigger::config
