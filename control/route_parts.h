#pragma once

// The pieces of route.cc: one message of the Istio API into one of ours each. Everything that comes
// in has passed admission.h.

#include "api/istio/virtual_service.pb.h"
#include "api/outrigger/v1/config.pb.h"

namespace outrigger::control {

void FillMatch(const istio::HttpMatchRequest& match, v1::RouteMatch* out);

/// @param request_port  for derivePort FROM_REQUEST_PORT.
void FillRedirect(const istio::HttpRedirect& redirect, std::uint32_t request_port,
                  v1::Redirect* out);
void FillDirectResponse(const istio::HttpDirectResponse& response, v1::DirectResponse* out);
/// Absent settings mean the mesh's default; attempts 0 leaves `retry` absent.
void FillRetry(const istio::HttpRoute& route, v1::Route* out);
/// A fault that can never happen (percentage absent or 0) is left out.
void FillFault(const istio::HttpFaultInjection& fault, v1::Route* out);
void FillDefaultRetry(v1::RetryPolicy* out);

/// Appends the operations, names sorted, `%%` unescaped; the host is not a header here.
void AppendHeaders(const istio::Headers::HeaderOperations& operations, v1::HeaderMutation* out);
/// Value of `host` or `:authority` in set, else in add; empty: neither.
std::string HostOverride(const istio::Headers::HeaderOperations& operations);

}  // namespace outrigger::control
