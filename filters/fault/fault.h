#pragma once

#include "proxy/stream/filter_registry.h"

namespace outrigger::filters {

/// Delays and aborts requests of routes that ask for it (VirtualService `fault`, traffic API
/// reference 3.9). The delay comes first, each has dice of its own with a precision of one in a
/// million. Runs before the route's timeout starts and is never retried. Flags DI and FI.
stream::FilterFactory MakeFault(const v1::Route& route);

}  // namespace outrigger::filters
