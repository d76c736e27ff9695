#pragma once

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "api/istio/traffic.pb.h"
#include "control/report.h"

namespace outrigger::control {

/// Rules that hold for a kind of value wherever it stands (admission.h). Each reports at `path`.

/// At least 1 ms and whole milliseconds (traffic-api G2).
void CheckDuration(const google::protobuf::Duration& value, const config::Path& path,
                   Report& report);
/// 1..65535.
void CheckPort(std::uint32_t port, const config::Path& path, Report& report);
/// RE2 syntax, not empty, at most 1024 characters.
void CheckRegex(std::string_view regex, const config::Path& path, Report& report);
/// 0 or 0.0001..100.
void CheckPercent(double value, const config::Path& path, Report& report);
/// Host, subset and port of something traffic can be sent to.
void CheckDestination(const istio::Destination& destination, const config::Path& path,
                      Report& report);
/// CheckHost() as a report.
void CheckHostField(std::string_view host, const config::Path& path, Report& report);
/// `name` or `namespace/name` of a Gateway, or `mesh`.
void CheckGatewayReference(std::string_view reference, const config::Path& path, Report& report);

}  // namespace outrigger::control
