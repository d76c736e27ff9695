#pragma once

#include <CLI/CLI.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cmd/outrigger/command.h"

namespace outrigger::cli {

/// What one run of a command gave back.
struct Ran {
  int exit_code;
  std::string out, err;
};

/// Runs one command as the table in commands.cc would, without a process. `arguments` come after
/// the command's name.
inline Ran Call(void (*set_up)(CLI::App&, Context&), std::vector<std::string> arguments,
                const std::string& input = {}) {
  std::istringstream in(input);
  std::ostringstream out, err;
  Context context{in, out, err};
  CLI::App app;
  CLI::App* command = app.add_subcommand("command");
  set_up(*command, context);
  arguments.insert(arguments.begin(), "command");
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // what CLI11 takes
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    context.exit_code = kExitUsage;
    err << error.what() << '\n';
  }
  return {context.exit_code, out.str(), err.str()};
}

}  // namespace outrigger::cli
