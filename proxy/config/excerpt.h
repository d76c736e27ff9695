#pragma once

#include <string>
#include <string_view>

namespace outrigger::config {

/// What somebody wrote, fit for one line of a report: in backquotes, control characters escaped,
/// cut after 60 bytes.
std::string Excerpt(std::string_view text);

}  // namespace outrigger::config
