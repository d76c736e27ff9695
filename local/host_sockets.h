#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// The sockets through which the machine reaches into the mesh; opened outside, handed in as
/// descriptors.

/// Listens on 127.0.0.1. @param port  0 lets the kernel choose.
/// @param flag  The option that chose the port, for the message.
/// @return The socket and its port. AlreadyExists when the port is taken: who has it and what to
/// do.
absl::StatusOr<std::pair<UniqueFd, std::uint16_t>> ListenOnLoopback(std::uint16_t port,
                                                                    const std::string& flag);

/// Listens on a unix socket that only its owner may use.
absl::StatusOr<UniqueFd> ListenOnPath(const std::string& path);

/// Connects to one; NotFound when nobody listens there.
absl::StatusOr<UniqueFd> ConnectToPath(const std::string& path);

/// Who listens on a TCP port of this machine: `nginx (pid 812)`; empty when that cannot be seen.
std::string FindListener(std::uint16_t port);

}  // namespace outrigger::local
