#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "absl/status/status.h"

namespace outrigger::local {

/// Every decision that depends on who started the mesh, in one place. Today that is root. A
/// rootless mesh adds CLONE_NEWUSER to the node's namespaces and maps its ids here; nothing else
/// then changes but the recognition of the proxy's own traffic (a user namespace with one id has no
/// uid 1337).
namespace privilege {

/// The proxy's ids, which the interception rules recognise.
inline constexpr uid_t kProxyId = 1337;
/// What an app runs as when nobody says otherwise.
inline constexpr uid_t kAppId = 1000;

/// Whether a mesh can be started at all; the error says what to do.
absl::Status MayStart();

/// Flags of clone(2) for the node's first process.
int NodeCloneFlags();

/// The ids a container gets; the requested ones where they can be had.
struct Ids {
  uid_t user = kAppId;
  gid_t group = kAppId;
};
Ids ContainerIds(std::optional<std::int64_t> run_as_user, std::optional<std::int64_t> run_as_group,
                 uid_t default_user);

}  // namespace privilege
}  // namespace outrigger::local
