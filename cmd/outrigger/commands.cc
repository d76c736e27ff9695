#include <CLI/CLI.hpp>
#include <exception>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "cmd/outrigger/analyze.h"
#include "cmd/outrigger/command.h"
#include "cmd/outrigger/inject.h"
#include "cmd/outrigger/mesh_commands.h"
#include "cmd/outrigger/top.h"
#include "cmd/outrigger/version.h"

namespace outrigger::cli {
namespace {

constexpr char kDescription[] = "Outrigger " OUTRIGGER_VERSION
                                ": a service mesh with a small, fast sidecar.\n"
                                "Works with the manifests, labels and Istio resources you have.\n";

constexpr char kFooter[] =
    "\nRun 'outrigger COMMAND --help' for the flags of one command.\n"
    "Exit codes: 0 ok, 1 failed, 64 wrong usage, 65 unreadable input, 79 problems found.\n";

constexpr std::string_view kLocal = "Mesh on this machine";
constexpr std::string_view kRunning = "Running mesh";
constexpr std::string_view kAnyTime = "Manifests (need no running mesh)";
constexpr std::string_view kAbout = "About";

/// In the order --help shows them.
constexpr Command kCommands[] = {
    {"up", kLocal, "Bring a mesh up from Kubernetes manifests", &SetUpUp},
    {"status", kLocal, "Show its pods, and where things are", &SetUpStatus},
    {"down", kLocal, "End it", &SetUpDown},
    {"top", kRunning, "Show the edges of the mesh: rates, codes, latency, lock", &SetUpTop},
    {"inject", kAnyTime, "Add sidecars to the workloads of Kubernetes manifests", &SetUpInject},
    {"analyze", kAnyTime, "Find mistakes in manifests before they are applied", &SetUpAnalyze},
    {"version", kAbout, "Print the version", &SetUpVersion},
};

int Report(const CLI::App& app, const CLI::ParseError& error, Context& context) {
  const std::vector<std::string> rest = app.remaining();
  const bool command = !rest.empty() && !rest.front().empty() && rest.front().front() != '-';
  if (command && app.get_subcommands().empty()) {
    context.err << "outrigger: there is no command '" << rest.front()
                << "', 'outrigger --help' lists them\n";
    return kExitUsage;
  }
  // --help arrives as an "error" too; CLI11 prints it where it belongs and gives its code.
  const int code = app.exit(error, context.out, context.err);
  return code == static_cast<int>(CLI::ExitCodes::Success) ? kExitOk : kExitUsage;
}

}  // namespace

int Main(int argc, const char* const* argv, Context& context) {
  CLI::App app(kDescription, "outrigger");
  app.footer(kFooter);
  app.set_version_flag("--version", OUTRIGGER_VERSION);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.require_subcommand(0, 1);
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->group(std::string(command.group));
    command.set_up(*sub, context);
  }
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) context.out << app.help();
  } catch (const CLI::ParseError& error) {
    return Report(app, error, context);
  } catch (const std::exception& error) {  // out of memory, or a bug: say it and fail
    context.err << "outrigger: " << error.what() << '\n';
    return kExitError;
  }
  return context.exit_code;
}

}  // namespace outrigger::cli
