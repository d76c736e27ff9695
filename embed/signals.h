#pragma once

namespace outrigger::embed {

/// Catches SIGTERM and SIGINT from the first call on: the first of them makes `StopSignal()`
/// readable for good, the next one ends the process in the usual way. Thread-safe.
/// @return a descriptor to poll, not to read; the process's own, never closed
int StopSignal();

}  // namespace outrigger::embed
