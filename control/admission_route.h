#pragma once

#include "control/report.h"

namespace outrigger::istio {
class HttpRoute;
class HttpMatchRequest;
}  // namespace outrigger::istio

namespace outrigger::control {

/// Admission of one HTTP rule of a VirtualService (traffic-api 3.4 to 3.11).
/// @param mesh  the VirtualService is (also) for sidecars.
void CheckHttpRoute(const istio::HttpRoute& route, bool mesh, const config::Path& path,
                    Report& report);
/// One entry of its `match` (3.5).
void CheckHttpMatch(const istio::HttpMatchRequest& match, bool mesh, const config::Path& path,
                    Report& report);

}  // namespace outrigger::control
