#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/load/plan.h"
#include "cmd/load/result.h"

namespace outrigger::load {

/// Carries out `plan` and returns when its time or requests are over and every answer is in, timed
/// out or, once `stop` is true, at once (within 10 ms; the result then holds what was complete).
///
/// Names are resolved first, once. Runs plan.threads threads; the calling one is the first.
///
/// @return NotFound when a host has no address.
absl::StatusOr<Result> Run(const Plan& plan, const std::atomic<bool>& stop);

}  // namespace outrigger::load
