#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace outrigger::interception {

/// Whether this network namespace needs IPv6 rules. Istio's rule: the first address that is neither
/// loopback nor link-local is IPv6; with `dual_stack`, any such address is.
absl::StatusOr<bool> WantsIpv6(bool dual_stack);

/// Adds ::6/128 to the loopback interface, the source address of the proxy's connections to the
/// app; no error when it is there. IPv4 needs nothing: all of 127.0.0.0/8 is local.
absl::Status AddMagicIpv6Address();

}  // namespace outrigger::interception
