#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace outrigger::local {

/// Asks the supervisor of a mesh for its state: one JSON object on one line (reports.h,
/// MeshStatus).
/// @return NotFound when no mesh of this name is up.
absl::StatusOr<std::string> QueryStatus(const std::string& name);

/// Ends a mesh and waits until it is gone. @return NotFound when none of this name is up.
absl::Status Down(const std::string& name);

}  // namespace outrigger::local
