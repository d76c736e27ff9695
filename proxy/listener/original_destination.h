#pragma once

#include "base/address.h"

namespace outrigger::listener {

/// Where the client of an accepted socket wanted to go before a REDIRECT rule sent it here
/// (SO_ORIGINAL_DST, interception reference section 7). The socket's own address when nothing
/// redirected it.
SocketAddress OriginalDestination(int fd);

}  // namespace outrigger::listener
