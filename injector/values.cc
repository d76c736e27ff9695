#include "injector/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "injector/text.h"

namespace outrigger::injector {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string CheckCidr(std::string_view item) {
  const std::size_t slash = item.find('/');
  if (slash == std::string_view::npos) {
    return Cat("'", item, "' has no prefix length, write ", item,
               item.find(':') == std::string_view::npos ? "/32" : "/128");
  }
  const std::string address(item.substr(0, slash));
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const bool v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  const bool v6 = !v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
  if (!v4 && !v6) return Cat("'", item, "' is not a network");
  const std::uint32_t bits = v4 ? 32 : 128;
  if (!ParseNumber(item.substr(slash + 1), bits)) {
    return Cat("'", item, "' needs a prefix length from 0 to ", bits);
  }
  return {};
}

}  // namespace

std::optional<bool> ParseBool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "True", "TRUE"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "False", "FALSE"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> ParseNumber(std::string_view text, std::uint32_t max) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool whole = AllDigits(text) && stop == end && error == std::errc();
  return whole && number <= max ? std::optional(number) : std::nullopt;
}

std::vector<std::string_view> SplitList(std::string_view text) {
  std::vector<std::string_view> items;
  if (Trimmed(text).empty()) return items;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = text.find(',');
    items.push_back(Trimmed(text.substr(0, comma)));
    if (comma != std::string_view::npos) text.remove_prefix(comma + 1);
  }
  return items;
}

std::string CheckBool(std::string_view value) {
  return ParseBool(value) ? "" : "is neither true nor false";
}

std::string CheckUint32(std::string_view value) {
  return ParseNumber(value, std::numeric_limits<std::uint32_t>::max())
             ? ""
             : "is not a number from 0 to 4294967295";
}

std::string CheckPort(std::string_view value) {
  return ParseNumber(value, 65535) ? "" : "is not a port from 0 to 65535";
}

std::string CheckPorts(std::string_view value) {
  for (const std::string_view item : SplitList(value)) {
    if (!ParseNumber(item, 65535)) {
      return Cat("'", item, "' is not a port from 0 to 65535");
    }
  }
  return {};
}

std::string CheckPortsOrAll(std::string_view value) {
  return value == "*" ? std::string() : CheckPorts(value);
}

std::string CheckCidrs(std::string_view value) {
  for (const std::string_view item : SplitList(value)) {
    if (std::string reason = CheckCidr(item); !reason.empty()) return reason;
  }
  return {};
}

std::string CheckCidrsOrAll(std::string_view value) {
  return value == "*" ? std::string() : CheckCidrs(value);
}

std::string CheckInterfaces(std::string_view value) {
  for (const std::string_view item : SplitList(value)) {
    if (item.empty() || item.size() > 15) {
      return Cat("'", item, "' is not an interface name of 1 to 15 characters");
    }
  }
  return {};
}

std::string CheckInterceptionMode(std::string_view value) {
  const bool known = value == "REDIRECT" || value == "TPROXY" || value == "NONE";
  return known ? "" : "is none of REDIRECT, TPROXY, NONE";
}

std::string CheckQuantity(std::string_view value) {
  constexpr std::string_view kWrong = "is not a quantity such as 100m, 1.5 or 128Mi";
  std::string_view rest = value;
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
  bool digits = false;
  bool point = false;
  while (!rest.empty() && (IsDigit(rest.front()) || (rest.front() == '.' && !point))) {
    digits = digits || rest.front() != '.';
    point = point || rest.front() == '.';
    rest.remove_prefix(1);
  }
  if (!digits) return std::string(kWrong);
  for (const std::string_view suffix :
       {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "n", "u", "m", "k", "M", "G", "T", "P", "E"}) {
    if (rest == suffix) return {};
  }
  if (rest.front() != 'e' && rest.front() != 'E') return std::string(kWrong);
  rest.remove_prefix(1);
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
  return AllDigits(rest) ? std::string() : std::string(kWrong);
}

}  // namespace outrigger::injector
