#include "interception/values.h"

#include <fmt/format.h>
#include <grp.h>
#include <net/if.h>

#include <charconv>

namespace outrigger::interception {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

namespace {

bool ReadNumber(std::string_view text, std::uint32_t& number, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, base);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

absl::Status ReadPort(std::string_view text, std::uint16_t& port) {
  std::uint32_t number = 0;
  if (!ReadNumber(text, number) || number == 0 || number > 65535) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is not a port", text));
  }
  port = static_cast<std::uint16_t>(number);
  return absl::OkStatus();
}

absl::Status ReadId(std::string_view text, std::uint32_t& id) {
  if (ReadNumber(text, id)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("\"{}\" is not a numeric id", text));
}

absl::Status ReadGroup(std::string_view text, std::uint32_t& id) {
  if (ReadNumber(text, id)) return absl::OkStatus();
  const group* entry = getgrnam(std::string(text).c_str());
  if (entry == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is neither a group id nor a known group", text));
  }
  id = entry->gr_gid;
  return absl::OkStatus();
}

absl::Status ReadMark(std::string_view text, std::uint32_t& mark) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (ReadNumber(hex ? text.substr(2) : text, mark, hex ? 16 : 10) && mark != 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is not a mark: 1 to 4294967295, decimal or 0x...", text));
}

absl::Status ReadRange(std::string_view text, Cidr& cidr) {
  auto parsed = ParseCidr(text);
  if (parsed.ok()) cidr = *parsed;
  return parsed.status();
}

// The name ends up inside a quoted string of the ruleset, so only what the kernel allows in a name,
// and no characters that mean something there.
absl::Status ReadInterface(std::string_view text, std::string& name) {
  if (text.size() >= IFNAMSIZ || text.find_first_of("\"*\\/ \t\n") != std::string_view::npos) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is not an interface name", text));
  }
  name = text;
  return absl::OkStatus();
}

absl::Status ReadBool(std::string_view text, bool& value) {
  for (const auto yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return value = true, absl::OkStatus();
  }
  for (const auto no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return value = false, absl::OkStatus();
  }
  return absl::InvalidArgumentError(fmt::format("\"{}\" is neither true nor false", text));
}

}  // namespace outrigger::interception
