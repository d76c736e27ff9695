#pragma once

#include <google/protobuf/message.h>

#include "control/report.h"

namespace outrigger::control {

/// Reports every field of `spec` that is set although api/istio marks it `inert`: read, part of the
/// kind's contract, but without effect so far. One warning each, at the field's own line; what is
/// inside such a field is not looked at again.
///
/// A scalar at its default cannot be told from an absent one unless it is `optional`; that is
/// right here, because the default asks for nothing.
void ReportInertFields(const google::protobuf::Message& spec, Report& report);

}  // namespace outrigger::control
