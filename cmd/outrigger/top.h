#pragma once

#include "cmd/outrigger/command.h"

namespace outrigger::cli {

/// `outrigger top [--prometheus URL | --name MESH] [--reporter source|destination|both] [--once]
/// [--json]`: the edges of the mesh with their rates, codes, latency and lock, as Prometheus knows
/// them.
///
///   top_address     where Prometheus is
///   top_http        one blocking GET, over TCP or a unix socket
///   top_prometheus  its answer, as samples
///   top_edges       what to ask, and samples -> edges
///   top_table       edges -> text
///   top_terminal    keys, size, signals
void SetUpTop(CLI::App& command, Context& context);

}  // namespace outrigger::cli
