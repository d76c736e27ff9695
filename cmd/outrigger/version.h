#pragma once

#include "cmd/outrigger/command.h"

namespace outrigger::cli {

/// `outrigger version`: what this program is.
void SetUpVersion(CLI::App& command, Context& context);

}  // namespace outrigger::cli
