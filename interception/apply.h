#pragma once

#include "absl/status/status.h"
#include "interception/options.h"

namespace outrigger::interception {

/// Sets the rules of `options` in the network namespace of the calling thread, in one transaction:
/// either all of them are there afterwards, or nothing has changed. Rules of an earlier run are
/// replaced, so a restarted init container does no harm; connections that exist keep their way.
/// With IPv6 the loopback interface also gets the address ::6 (127.0.0.6 needs no adding).
///
/// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
///
/// @return PermissionDenied without that capability; Internal with the kernel's or libnftables' own
///   words for anything else.
absl::Status Apply(const Options& options);

/// Takes the rules of both address families away; no error when there are none. The address ::6
/// stays: it harms nobody, and a proxy may still be using it.
absl::Status Remove();

}  // namespace outrigger::interception
