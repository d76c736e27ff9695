#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

namespace outrigger::cli {

/// Everything in a row as one text. (Debian's Abseil has a string_view of its own, so its StrCat
/// does not take the standard one.)
template <class... Parts>
std::string Cat(const Parts&... parts) {
  std::string out;
  (fmt::format_to(std::back_inserter(out), "{}", parts), ...);
  return out;
}

/// The message of an absl::Status.
template <class Status>
std::string MessageOf(const Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace outrigger::cli
