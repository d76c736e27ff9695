#pragma once

#include <string>

namespace outrigger::local {

struct ProcessSpec;

/// Builds the container's root in the calling process' own, new mount namespace and moves into it:
/// an overlay of the machine's file system with a private layer, further file systems of the
/// machine read-only, fresh /proc, /sys (read-only), /dev, /tmp and /run, then the files and mounts
/// of `spec`. Targets are resolved inside the new root, so that links such as /var/run lead where
/// the container thinks they do.
///
/// @return Empty when done; otherwise what could not be done, with errno saying why.
std::string EnterContainerRoot(const ProcessSpec& spec);

}  // namespace outrigger::local
