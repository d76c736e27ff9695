#pragma once

#include <string_view>

#include "base/error.h"
#include "metrics/response_flags.h"

namespace outrigger::stream {

/// What we answer in place of an upstream.
struct LocalReply {
  int status;
  metrics::Flag flag;     ///< kNone where the contract has none
  std::string_view body;  ///< one sentence for the person who sees it
};

/// The only place where an error becomes a status and a response flag (traffic API reference,
/// section 11). For errors of side kDownstream that mean "the client is gone" the status is 0:
/// there is nobody to answer.
LocalReply ToLocalReply(const Error& error);

}  // namespace outrigger::stream
