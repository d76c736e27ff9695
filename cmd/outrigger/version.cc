#include "cmd/outrigger/version.h"

#include <CLI/CLI.hpp>
#include <ostream>

namespace outrigger::cli {

void SetUpVersion(CLI::App& command, Context& context) {
  command.callback([&context] { context.out << "client version: " OUTRIGGER_VERSION "\n"; });
}

}  // namespace outrigger::cli
