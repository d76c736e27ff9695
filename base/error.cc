#include "base/error.h"

#include <cstdlib>
#include <iostream>

namespace outrigger {

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kStopped:
      return "stopped";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kClosed:
      return "closed";
    case ErrorCode::kReset:
      return "reset";
    case ErrorCode::kConnectRefused:
      return "connect_refused";
    case ErrorCode::kConnectTimeout:
      return "connect_timeout";
    case ErrorCode::kUnreachable:
      return "unreachable";
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kHeaderTimeout:
      return "header_timeout";
    case ErrorCode::kOverflow:
      return "overflow";
    case ErrorCode::kNoRoute:
      return "no_route";
    case ErrorCode::kNoCluster:
      return "no_cluster";
    case ErrorCode::kNoEndpoint:
      return "no_endpoint";
    case ErrorCode::kResource:
      return "resource";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "unknown";
}

std::string_view ToString(Side side) {
  switch (side) {
    case Side::kDownstream:
      return "downstream";
    case Side::kUpstream:
      return "upstream";
    case Side::kLocal:
      return "local";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, ErrorCode code) { return out << ToString(code); }

std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << ToString(error.side) << ' ' << ToString(error.code) << ": " << error.detail;
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  std::cerr << where.file_name() << ':' << where.line()
            << ": a failed Result was read as a value: " << error << '\n';
  std::abort();
}

}  // namespace outrigger
