#include "proxy/stream/local_reply.h"

namespace outrigger::stream {

namespace {

using metrics::Flag;

struct Row {
  ErrorCode code;
  LocalReply reply;
};

constexpr Row kUpstream[] = {
    {ErrorCode::kTimeout, {504, Flag::kUpstreamRequestTimeout, "upstream request timeout"}},
    {ErrorCode::kClosed,
     {503, Flag::kUpstreamConnectionTermination,
      "the upstream closed the connection before its response was complete"}},
    {ErrorCode::kReset,
     {503, Flag::kUpstreamConnectionTermination,
      "the upstream reset the connection before its response was complete"}},
    {ErrorCode::kConnectRefused,
     {503, Flag::kUpstreamConnectionFailure, "upstream connect error: connection refused"}},
    {ErrorCode::kConnectTimeout,
     {503, Flag::kUpstreamConnectionFailure, "upstream connect error: connection timed out"}},
    {ErrorCode::kUnreachable,
     {503, Flag::kUpstreamConnectionFailure, "upstream connect error: host unreachable"}},
    {ErrorCode::kMalformed,
     {502, Flag::kUpstreamProtocolError, "the upstream sent a malformed response"}},
    {ErrorCode::kTooLarge,
     {502, Flag::kUpstreamProtocolError, "the upstream sent a response head over the limit"}},
    {ErrorCode::kUnsupported,
     {502, Flag::kUpstreamProtocolError, "the upstream used a transfer coding we do not speak"}},
    {ErrorCode::kOverflow,
     {503, Flag::kUpstreamOverflow, "a circuit breaker of the upstream cluster is open"}},
};

constexpr Row kDownstream[] = {
    {ErrorCode::kClosed, {0, Flag::kDownstreamConnectionTermination, ""}},
    {ErrorCode::kReset, {0, Flag::kDownstreamConnectionTermination, ""}},
    {ErrorCode::kTimeout, {408, Flag::kStreamIdleTimeout, "the request did not arrive in time"}},
    {ErrorCode::kHeaderTimeout, {408, Flag::kNone, "the request head did not arrive in time"}},
    {ErrorCode::kMalformed, {400, Flag::kDownstreamProtocolError, "malformed request"}},
    {ErrorCode::kTooLarge, {431, Flag::kNone, "the request head is over the limit"}},
    {ErrorCode::kUnsupported, {501, Flag::kNone, "this transfer coding is not supported"}},
};

constexpr Row kLocal[] = {
    {ErrorCode::kNoRoute, {404, Flag::kNoRouteFound, ""}},
    {ErrorCode::kNoCluster, {503, Flag::kNoClusterFound, ""}},
    {ErrorCode::kNoEndpoint, {503, Flag::kNoHealthyUpstream, "no healthy upstream"}},
    {ErrorCode::kOverflow,
     {503, Flag::kUpstreamOverflow, "a circuit breaker of the upstream cluster is open"}},
    {ErrorCode::kResource,
     {503, Flag::kUpstreamConnectionFailure, "out of file descriptors, memory or local ports"}},
    {ErrorCode::kTimeout, {504, Flag::kUpstreamRequestTimeout, "upstream request timeout"}},
    {ErrorCode::kStopped, {503, Flag::kLocalReset, "the proxy is shutting down"}},
};

template <std::size_t N>
const LocalReply* Find(const Row (&rows)[N], ErrorCode code) {
  for (const Row& row : rows) {
    if (row.code == code) return &row.reply;
  }
  return nullptr;
}

}  // namespace

LocalReply ToLocalReply(const Error& error) {
  const LocalReply* reply = nullptr;
  switch (error.side) {
    case Side::kUpstream:
      reply = Find(kUpstream, error.code);
      break;
    case Side::kDownstream:
      reply = Find(kDownstream, error.code);
      break;
    case Side::kLocal:
      reply = Find(kLocal, error.code);
      break;
  }
  if (reply == nullptr) return {500, Flag::kNone, "internal error of the proxy"};
  return *reply;
}

}  // namespace outrigger::stream
