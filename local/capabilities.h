#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace outrigger::local {

/// Capabilities as a bit set (capabilities(7)), bit n being capability n.
using CapabilitySet = std::uint64_t;

/// What a container that runs as root may do: the usual set of container runtimes, without what is
/// in `drop`, with what is in `add`; names without "CAP_", "ALL" for all.
/// @return InvalidArgument naming a capability that does not exist.
absl::StatusOr<CapabilitySet> ContainerCapabilities(const std::vector<std::string>& add,
                                                    const std::vector<std::string>& drop,
                                                    bool privileged);

/// Takes every other capability from the calling process and its children for good. Only a process
/// with user id 0 keeps `set` over the next exec.
/// @return false with errno set.
bool LimitCapabilities(CapabilitySet set);

}  // namespace outrigger::local
