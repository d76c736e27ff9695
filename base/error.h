#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <ostream>
#include <string_view>

namespace outrigger {

/// What happened. Chooses status, response flag and retry (stream/local_reply.h, router/retry.h);
/// the tables there name every code.
enum class ErrorCode : std::uint8_t {
  kStopped,         // our own task was asked to end
  kTimeout,         // a deadline passed; `detail` names the timer
  kClosed,          // the peer ended the connection in an orderly way (FIN)
  kReset,           // the peer or the network cut the connection
  kConnectRefused,  // nobody listens there
  kConnectTimeout,  // no answer within the connect timeout
  kUnreachable,     // no route, or another local reason why connecting failed
  kMalformed,       // bytes that break the protocol
  kTooLarge,        // a limit of Limits was exceeded
  kUnsupported,     // valid, but not something we do (unknown transfer coding)
  kHeaderTimeout,   // the head did not arrive in time
  kOverflow,        // a pool or queue is full
  kNoRoute,         // no virtual host or route matched
  kNoCluster,       // the route names a cluster that does not exist
  kNoEndpoint,      // the cluster has no usable endpoint
  kResource,        // out of file descriptors or memory
  kInternal,        // a bug of ours
};

/// Who caused it.
enum class Side : std::uint8_t { kDownstream, kUpstream, kLocal };

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  Side side = Side::kLocal;
  std::string_view detail;  ///< static text for the access log, never bytes from a peer

  friend bool operator==(const Error& a, const Error& b) {
    return a.code == b.code && a.side == b.side;
  }
};

std::string_view ToString(ErrorCode code);
std::string_view ToString(Side side);
std::ostream& operator<<(std::ostream& out, ErrorCode code);
std::ostream& operator<<(std::ostream& out, const Error& error);

/// For data-path code whose caller branches on the outcome: no allocation, no throw. What a person
/// reads (configuration, keys, CLI) is absl::StatusOr instead.
template <class T>
using Result = boost::system::result<T, Error>;

/// Needed by boost::system::result; only reached when a caller reads a value that is not there.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

}  // namespace outrigger
