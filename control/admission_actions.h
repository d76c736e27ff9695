#pragma once

#include "api/istio/virtual_service.pb.h"
#include "control/report.h"

namespace outrigger::control {

/// Admission of what an HTTP rule does (traffic-api 3.7 to 3.9, 3.11).
void CheckRedirect(const istio::HttpRedirect& redirect, const config::Path& path, Report& report);
void CheckDirectResponse(const istio::HttpDirectResponse& response, const config::Path& path,
                         Report& report);
void CheckRewrite(const istio::HttpRewrite& rewrite, const config::Path& path, Report& report);
void CheckRetries(const istio::HttpRetry& retries, const config::Path& path, Report& report);
void CheckFault(const istio::HttpFaultInjection& fault, const config::Path& path, Report& report);
void CheckHeaders(const istio::Headers& headers, const config::Path& path, Report& report);

/// `host` or `:authority` in set or add: rewrites the upstream Host.
bool SetsHost(const istio::Headers::HeaderOperations& operations);

}  // namespace outrigger::control
