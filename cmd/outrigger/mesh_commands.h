#pragma once

#include "cmd/outrigger/command.h"

namespace outrigger::cli {

/// `outrigger up DIR|FILE...`: a whole mesh on this machine, from Kubernetes manifests.
void SetUpUp(CLI::App& command, Context& context);
/// `outrigger status [--name NAME] [--json]`: its pods, and where things are.
void SetUpStatus(CLI::App& command, Context& context);
/// `outrigger down [--name NAME]`: ends it and waits until nothing is left.
void SetUpDown(CLI::App& command, Context& context);

}  // namespace outrigger::cli
