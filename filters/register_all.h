#pragma once

#include "proxy/stream/filter_registry.h"

namespace outrigger::filters {

/// Makes every filter of this folder known, in the order in which a request meets them. Called once
/// by each program that routes; there is no static registration.
void RegisterAll(stream::FilterRegistry& registry);

}  // namespace outrigger::filters
