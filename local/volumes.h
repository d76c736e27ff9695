#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "local/container_env.h"
#include "local/pod_spec.h"

namespace outrigger::local {

/// Makes the volumes of a pod below `folder` (a folder of the node's memory file system) and
/// returns where each is. emptyDir is a folder anyone may write to; ConfigMaps, Secrets, downward
/// fields and projected tokens are files. A token is `namespace/serviceaccount`: what the pod says
/// it is, not signed by anybody yet.
///
/// @param sources  The pod; `container` is not looked at.
/// @return NotFound naming the volume and what it lacks; Internal when the file system refuses.
absl::StatusOr<std::map<std::string, std::string>> MakeVolumes(const EnvSources& sources,
                                                               const std::string& folder);

/// Replaces a file in one step: readers see the old content or the new one.
absl::Status WriteFileAtomically(const std::string& path, std::string_view content);

}  // namespace outrigger::local
