#pragma once

#include "cmd/outrigger/command.h"

namespace outrigger::cli {

/// `outrigger analyze FILE|DIR...`: everything the control plane and the injector would say about
/// manifests, each with file and line, before they are applied anywhere.
void SetUpAnalyze(CLI::App& command, Context& context);

}  // namespace outrigger::cli
