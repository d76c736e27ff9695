#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "interception/options.h"

namespace outrigger::interception {

// How the values of flags and variables are spelled. Each reader returns InvalidArgument with a
// message that quotes the text; the caller adds which flag it came from. The last argument is only
// meaningful after success.

std::string_view Trim(std::string_view text);

absl::Status ReadPort(std::string_view text, std::uint16_t& port);  ///< 1 to 65535
absl::Status ReadId(std::string_view text, std::uint32_t& id);      ///< decimal
absl::Status ReadGroup(std::string_view text, std::uint32_t& id);   ///< decimal, or a group's name
absl::Status ReadMark(std::string_view text, std::uint32_t& mark);  ///< decimal or 0x..., not 0
absl::Status ReadRange(std::string_view text, Cidr& cidr);          ///< as ParseCidr
absl::Status ReadInterface(std::string_view text, std::string& name);  ///< as the kernel allows
/// The spellings of Go's strconv.ParseBool, which pod specs are written for.
absl::Status ReadBool(std::string_view text, bool& value);

/// Items between commas; space around them and empty ones do not count.
template <class T>
absl::Status ReadList(std::string_view text, absl::Status (*read)(std::string_view, T&),
                      std::vector<T>& list) {
  list.clear();
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view item = Trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (item.empty()) continue;
    T value{};
    if (auto status = read(item, value); !status.ok()) return status;
    list.push_back(std::move(value));
  }
  return absl::OkStatus();
}

/// `*`, or a list.
template <class T>
absl::Status ReadSelection(std::string_view text, absl::Status (*read)(std::string_view, T&),
                           Selection<T>& selection) {
  selection = {};
  if (Trim(text) == "*") {
    selection.all = true;
    return absl::OkStatus();
  }
  return ReadList(text, read, selection.list);
}

}  // namespace outrigger::interception
