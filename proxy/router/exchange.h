#pragma once

#include <memory>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "base/task_scope.h"
#include "proxy/router/retry.h"
#include "proxy/router/router.h"
#include "proxy/stream/filter.h"

namespace outrigger::router {

/// One request on its way through the router, from its head to its record in the metrics. Lives in
/// Router::Serve.
///
///   route -> filters -> redirect | direct response | attempts { endpoint, lease, head up, body up
///   beside head down }
///         -> filters -> head down, body down -> record
class Exchange {
 public:
  Exchange(Router& router, stream::ServerStream& stream);

  Awaitable<void> Run();
  /// Counts the finished exchange on its edge. Last call.
  void Record();

 private:
  Awaitable<Result<void>> Route();
  Awaitable<Result<void>> Forward();
  Awaitable<Result<void>> TryOnce(bool fresh);
  Awaitable<Result<void>> ExchangeHeads();
  Awaitable<Result<void>> Deliver();
  Awaitable<Result<void>> DeliverTunnel();
  Awaitable<void> PumpRequest(TaskContext& main);
  Awaitable<Result<void>> BackOff(std::uint32_t retry);

  Awaitable<void> Fail(Error error);
  Awaitable<Result<void>> AnswerLocally(int status, std::string_view body, metrics::Flag flag,
                                        std::string_view location);
  void PrepareRequest();
  void PrepareResponse();
  cluster::EndpointPtr PickEndpoint();
  [[nodiscard]] metrics::Edge& ResolveEdge();

  Router& router_;
  Environment& environment_;
  stream::ServerStream& stream_;
  http::RequestHead& request_;
  const metrics::RequestProtocol protocol_;
  /// As the client sent it: rewrites change the request, labels do not follow.
  const std::string_view authority_;
  stream::StreamContext context_;
  stream::FilterChain filters_;
  http::ResponseHead& response_;

  std::shared_ptr<const RouteTable> routes_;  // keeps route_ alive
  const struct Route* route_ = nullptr;
  const WeightedCluster* choice_ = nullptr;
  std::shared_ptr<upstream::UpstreamPool> pool_;
  std::shared_ptr<upstream::UpstreamPool> unreached_;  // chosen, but a filter answered first
  absl::InlinedVector<cluster::EndpointPtr, 2> tried_;
  cluster::EndpointPtr endpoint_;  // of the last attempt
  upstream::Lease lease_;
  TaskScope upload_;
  std::optional<ScopedTimeout> route_timeout_;
  std::optional<Error> bad_body_;  ///< what the client sent as a body broke the protocol
  Attempt attempt_;
};

}  // namespace outrigger::router
