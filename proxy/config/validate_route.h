#pragma once

#include "proxy/config/checker.h"
#include "proxy/config/path.h"

namespace outrigger::v1 {
class Route;
}

namespace outrigger::config {

/// One route: its match, its action and what is done to the messages.
void ValidateRoute(const v1::Route& route, const Path& path, Checker& checker);

}  // namespace outrigger::config
