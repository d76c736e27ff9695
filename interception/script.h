#pragma once

#include <string>

#include "absl/status/status.h"

namespace outrigger::interception {

/// Hands an nftables script to the kernel as one batch, in the network namespace of the calling
/// thread: all of it takes effect, or nothing.
///
/// @return PermissionDenied without CAP_NET_ADMIN there; Internal with libnftables' own words for
///   anything else.
absl::Status RunScript(const std::string& script);

}  // namespace outrigger::interception
