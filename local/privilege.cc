#include "local/privilege.h"

#include <sched.h>
#include <unistd.h>

namespace outrigger::local::privilege {

absl::Status MayStart() {
  if (::geteuid() == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "the local mesh needs root for its network namespaces; run it with sudo");
}

int NodeCloneFlags() {
  return CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
}

Ids ContainerIds(std::optional<std::int64_t> run_as_user, std::optional<std::int64_t> run_as_group,
                 uid_t default_user) {
  Ids ids;
  ids.user = run_as_user ? static_cast<uid_t>(*run_as_user) : default_user;
  // Kubernetes takes the image's group, root when there is none; our images have the group of their
  // user.
  ids.group = run_as_group ? static_cast<gid_t>(*run_as_group) : static_cast<gid_t>(ids.user);
  return ids;
}

}  // namespace outrigger::local::privilege
