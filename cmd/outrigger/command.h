#pragma once

#include <iosfwd>
#include <string_view>

namespace CLI {
class App;
}

namespace outrigger::cli {

/// Exit codes of every command; the numbers are istioctl's, so scripts keep working.
inline constexpr int kExitOk = 0;
inline constexpr int kExitError = 1;        // the command could not do its work
inline constexpr int kExitUsage = 64;       // the command line makes no sense
inline constexpr int kExitUnparsable = 65;  // an input file could not be read as what it should be
inline constexpr int kExitFindings = 79;    // analyze found a problem

/// What a command talks to. Tests pass string streams.
struct Context {
  std::istream& in;
  std::ostream& out;  ///< what was asked for, and nothing else
  std::ostream& err;  ///< progress and problems
  int exit_code = kExitOk;
};

/// One command of `outrigger`. To add one: write `<name>.{h,cc}` with `void SetUp<Name>(CLI::App&,
/// Context&)`, add the file to CMakeLists.txt and a row to the table in commands.cc.
///
/// `set_up` declares flags on `command` (its own sub-app; name and summary are already set) and
/// hands it a callback that does the work and sets `context.exit_code`. Both outlive the callback.
/// Flag values live in a shared_ptr captured by the callback.
struct Command {
  std::string_view name;
  std::string_view group;    ///< heading in --help
  std::string_view summary;  ///< one line, no period
  void (*set_up)(CLI::App& command, Context& context);
};

/// Parses the command line, runs the command and returns the exit code. `argv` as main() has it.
int Main(int argc, const char* const* argv, Context& context);

}  // namespace outrigger::cli
