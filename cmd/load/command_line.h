#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cmd/load/plan.h"

namespace outrigger::load {

enum class Format : std::uint8_t { kText, kJson };

struct CommandLine {
  Plan plan;
  Format format = Format::kText;
  bool check = false;  ///< any failed request or status from 400 is an error
};

/// What to say and return instead of running: help, or what is wrong with the arguments.
struct Exit {
  int status = 0;
  std::string text;
};

std::variant<CommandLine, Exit> ParseCommandLine(const std::vector<std::string>& args);

}  // namespace outrigger::load
