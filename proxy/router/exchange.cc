#include "proxy/router/exchange.h"

#include <algorithm>

#include "proxy/stream/local_reply.h"

namespace outrigger::router {

namespace {

using http::HeaderId;
using metrics::Flag;
using stream::Verdict;

constexpr int kMaxInterimResponses = 16;  // robustness.md H1-13

metrics::RequestProtocol ProtocolOf(const http::RequestHead& head) {
  constexpr std::string_view kGrpc = "application/grpc";
  const auto type = head.headers.Find(HeaderId::kContentType);
  if (!type || !type->starts_with(kGrpc)) return metrics::RequestProtocol::kHttp;
  const bool grpc =
      type->size() == kGrpc.size() || (*type)[kGrpc.size()] == '+' || (*type)[kGrpc.size()] == ';';
  return grpc ? metrics::RequestProtocol::kGrpc : metrics::RequestProtocol::kHttp;
}

/// A request's place among the concurrent retries of its cluster.
class RetrySlot {
 public:
  explicit RetrySlot(upstream::UpstreamPool& pool) : pool_(pool) {}
  ~RetrySlot() {
    if (taken_) pool_.EndRetry();
  }
  RetrySlot(const RetrySlot&) = delete;
  RetrySlot& operator=(const RetrySlot&) = delete;
  [[nodiscard]] bool Take() { return taken_ = taken_ || pool_.BeginRetry(); }

 private:
  upstream::UpstreamPool& pool_;
  bool taken_ = false;
};

}  // namespace

Exchange::Exchange(Router& router, stream::ServerStream& stream)
    : router_(router),
      environment_(router.environment()),
      stream_(stream),
      request_(stream.request()),
      protocol_(ProtocolOf(request_)),
      authority_(request_.authority),
      context_{.stream = stream, .loop = stream.loop(), .random = environment_.Random()},
      response_(stream.response()),
      upload_(stream.loop()) {}

Awaitable<void> Exchange::Run() {
  Result<void> outcome = co_await Route();
  if (outcome && route_ != nullptr && pool_ != nullptr) outcome = co_await Forward();
  route_timeout_.reset();
  if (!outcome) co_await Fail(outcome.error());
  lease_.Return();
  // A malformed body ended this exchange, not the connection's task: it still has to close
  // politely.
  TaskContext& task = co_await CurrentTask{};
  if (bad_body_ && task.stop_reason == bad_body_) task.stop_reason.reset();
}

/// Finds the route, runs the filters, and answers what needs no upstream. On success either
/// everything is said, or pool_ is set and Forward() has its turn.
Awaitable<Result<void>> Exchange::Route() {
  if (request_.method == "CONNECT") {
    co_return co_await AnswerLocally(405, "CONNECT is not configured here", Flag::kNone, {});
  }
  routes_ = environment_.FindRoutes(router_.route_table());
  if (routes_ != nullptr) route_ = routes_->Match(request_);
  if (route_ == nullptr) co_return Error{ErrorCode::kNoRoute, Side::kLocal, "no route matched"};
  if (!route_->clusters.empty()) {
    choice_ = &route_->PickCluster(environment_.Random());
    pool_ = environment_.FindPool(choice_->name);
  }
  for (const stream::FilterFactory& factory : route_->filters) filters_.Add(factory());
  const Verdict verdict = co_await filters_.OnRequest(request_, context_);
  if (verdict.kind == Verdict::Kind::kAbort) co_return verdict.error;
  if (verdict.kind == Verdict::Kind::kReply) {
    const std::shared_ptr<upstream::UpstreamPool> pool = std::exchange(pool_, nullptr);
    const Result<void> answered =
        co_await AnswerLocally(verdict.status, verdict.body, verdict.flag, {});
    if (pool != nullptr) unreached_ = pool;  // for the labels of its service
    co_return answered;
  }
  if (route_->redirect) {
    const std::string_view location = RedirectLocation(*route_, request_);
    co_return co_await AnswerLocally(route_->redirect->status, {}, Flag::kNone, location);
  }
  if (route_->direct_response) {
    co_return co_await AnswerLocally(route_->direct_response->status, route_->direct_response->body,
                                     Flag::kNone, {});
  }
  if (pool_ == nullptr)
    co_return Error{ErrorCode::kNoCluster, Side::kLocal, "the route's cluster does not exist"};
  PrepareRequest();
  co_return Result<void>{};
}

/// What the upstream sees differs from what the client sent by exactly this
/// (docs/life-of-a-request.md lists it).
void Exchange::PrepareRequest() {
  http::HeaderMap& headers = request_.headers;
  headers.Remove(HeaderId::kEnvoyPeerMetadata);
  headers.Remove(HeaderId::kEnvoyPeerMetadataId);
  if (route_->rewrite.changes_path()) {
    headers.Set("x-envoy-original-path", request_.target);
    request_.target = RewriteTarget(*route_, request_);
  }
  if (!route_->rewrite.authority.empty()) request_.authority = route_->rewrite.authority;
  if (router_.direction() == Direction::kEdge) {
    const std::string peer = stream_.connection().peer.ip();
    if (const auto before = headers.FindJoined("x-forwarded-for")) {
      headers.Set("x-forwarded-for", std::string(*before) + ", " + peer);
    } else {
      headers.Add("x-forwarded-for", peer);
    }
    if (!headers.Has(HeaderId::kXForwardedProto))
      headers.AddView("x-forwarded-proto", request_.scheme);
  }
  choice_->request_headers.Apply(headers);
  route_->request_headers.Apply(headers);
}

void Exchange::PrepareResponse() {
  response_.headers.Remove(HeaderId::kEnvoyPeerMetadata);
  response_.headers.Remove(HeaderId::kEnvoyPeerMetadataId);
  choice_->response_headers.Apply(response_.headers);
  route_->response_headers.Apply(response_.headers);
}

/// The attempts, under the route's timeout.
Awaitable<Result<void>> Exchange::Forward() {
  TaskContext& task = co_await CurrentTask{};
  if (route_->timeout > Duration::zero()) {
    route_timeout_.emplace(task, context_.loop.Now() + route_->timeout,
                           Error{ErrorCode::kTimeout, Side::kUpstream, "route timeout"});
  }
  attempt_.idempotent = IsIdempotent(request_.method);
  const RetryPolicy none;
  const RetryPolicy& policy = route_->retry ? *route_->retry : none;
  RetrySlot slot(*pool_);
  bool fresh = false;
  for (std::uint32_t retries = 0;;) {
    const Result<void> tried = co_await TryOnce(fresh);
    if (tried && !IsRetryable(response_.status, attempt_, policy)) co_return co_await Deliver();
    if (!tried) {
      // The client left, or the route's time is up.
      if (task.interrupt() != nullptr) co_return *task.interrupt();
      if (attempt_.maybe_stale && MayRepeat(attempt_) && !fresh) {
        fresh = true;  // the peer closed a pooled connection as we wrote: not the endpoint's
                       // failure, so not a retry
        continue;
      }
      if (!IsRetryable(tried.error(), attempt_, policy)) co_return tried;
    }
    const bool spent = retries == policy.attempts;
    if (spent || !slot.Take()) {
      if (!spent) context_.flags.Set(Flag::kUpstreamOverflow);
      if (spent && policy.attempts > 0) context_.flags.Set(Flag::kUpstreamRetryLimitExceeded);
      if (tried) co_return co_await Deliver();
      co_return tried;
    }
    ++retries;
    environment_.CountRetry(choice_->name);
    lease_.Return();
    fresh = false;
    if (const Result<void> waited = co_await BackOff(retries); !waited) co_return waited;
  }
}

Awaitable<Result<void>> Exchange::BackOff(std::uint32_t retry) {
  const Duration base = route_->retry->backoff;
  const Duration ceiling = std::min(base * (1u << std::min(retry - 1, 10u)), base * 10);
  if (ceiling <= Duration::zero()) co_return Result<void>{};
  const Duration wait{static_cast<std::int64_t>(environment_.Random()) % ceiling.count()};
  co_return co_await SleepUntil(context_.loop, context_.loop.Now() + wait);
}

cluster::EndpointPtr Exchange::PickEndpoint() {
  if (!pool_->config().original_destination) return pool_->endpoints().Pick(tried_);
  const SocketAddress& meant = stream_.connection().original_destination;
  // Nobody redirected this connection: its destination is this very listener, and dialling it would
  // loop.
  if (!meant.valid() || meant == stream_.connection().local) return nullptr;
  return pool_->ForAddress(meant);
}

/// One attempt, up to the final response head. What it learned is in attempt_, response_ and
/// lease_.
Awaitable<Result<void>> Exchange::TryOnce(bool fresh) {
  attempt_.request_left = attempt_.maybe_stale = false;
  if (!fresh) endpoint_ = PickEndpoint();
  if (endpoint_ == nullptr)
    co_return Error{ErrorCode::kNoEndpoint, Side::kLocal, "no healthy upstream"};
  if (!fresh) tried_.push_back(endpoint_);
  ScopedTimeout per_try(co_await CurrentTask{});
  if (route_->retry && route_->retry->per_try_timeout > Duration::zero()) {
    per_try.Set(context_.loop.Now() + route_->retry->per_try_timeout,
                {ErrorCode::kTimeout, Side::kUpstream, "per try timeout"});
  }
  Result<upstream::Lease> lease = co_await pool_->Acquire(endpoint_, fresh);
  if (!lease) co_return lease.error();
  lease_ = std::move(*lease);
  const Result<void> heads = co_await ExchangeHeads();
  if (heads) co_return heads;
  attempt_.maybe_stale = lease_.stream().maybe_stale();
  upload_.Stop();
  co_await upload_.Join();
  lease_.Return();
  co_return heads;
}

Awaitable<Result<void>> Exchange::ExchangeHeads() {
  stream::ClientStream& upstream = lease_.stream();
  const bool has_body = request_.has_body();
  if (const Result<void> sent = upstream.SendHead(request_, !has_body); !sent)
    co_return sent.error();
  attempt_.request_left = true;
  if (has_body) {
    attempt_.body_started = true;
    upload_.Spawn(PumpRequest(co_await CurrentTask{}));
  } else if (upstream.request_body().pending()) {
    if (const Result<void> drained = co_await upstream.request_body().Drain(); !drained)
      co_return drained.error();
  }
  for (int interim = 0; interim <= kMaxInterimResponses; ++interim) {
    response_.Clear();
    if (const Result<void> head = co_await upstream.ReadHead(response_); !head)
      co_return head.error();
    if (response_.status == 101 && (request_.upgrade.empty() || has_body)) {
      co_return Error{ErrorCode::kMalformed, Side::kUpstream,
                      "101 to a request that did not ask to switch"};
    }
    if (response_.status >= 200 || response_.status == 101) co_return Result<void>{};
    if (request_.version == http::Version::kHttp10) continue;  // 1.0 knows no interim responses
    if (const Result<void> sent = stream_.SendHead(response_, true); !sent) co_return sent.error();
  }
  co_return Error{ErrorCode::kMalformed, Side::kUpstream, "too many interim responses"};
}

/// Runs beside the reading of the response. A failing upstream shows there too; a client that fails
/// ends the exchange.
Awaitable<void> Exchange::PumpRequest(TaskContext& main) {
  const Result<void> pumped =
      co_await stream::Pump(stream_.request_body(), lease_.stream().request_body());
  if (pumped || pumped.error().side != Side::kDownstream) co_return;
  const ErrorCode code = pumped.error().code;
  if (code != ErrorCode::kClosed && code != ErrorCode::kReset) bad_body_ = pumped.error();
  main.Interrupt(pumped.error());
}

Awaitable<Result<void>> Exchange::Deliver() {
  PrepareResponse();
  const Verdict verdict = co_await filters_.OnResponse(response_, context_);
  if (verdict.kind == Verdict::Kind::kAbort) co_return verdict.error;
  context_.status = response_.status;
  if (response_.status == 101) co_return co_await DeliverTunnel();
  const bool has_body = response_.has_body();
  Result<void> outcome = stream_.SendHead(response_, !has_body);
  attempt_.response_started = true;
  if (outcome && has_body) {
    outcome = co_await stream::Pump(lease_.stream().response_body(), stream_.response_body());
  } else if (outcome && stream_.response_body().pending()) {
    outcome = co_await stream_.response_body().Drain();
  }
  // An answer before the end of the request: what the client still sends is no longer wanted
  // (H1-14).
  upload_.Stop();
  co_await upload_.Join();
  co_return outcome;
}

/// After 101 the two connections carry raw bytes; each direction ends by itself (half-close).
Awaitable<Result<void>> Exchange::DeliverTunnel() {
  route_timeout_.reset();  // was for the answer; the tunnel may live as long as it likes (H2-15)
  if (const Result<void> sent = stream_.SendHead(response_, false); !sent) co_return sent;
  stream_.BeginTunnel();
  lease_.stream().BeginTunnel();
  upload_.Spawn(PumpRequest(co_await CurrentTask{}));
  const Result<void> down =
      co_await stream::Pump(lease_.stream().response_body(), stream_.response_body());
  if (!down) upload_.Stop();
  co_await upload_.Join();
  co_return down;
}

Awaitable<void> Exchange::Fail(Error error) {
  context_.detail = error.detail;
  const stream::LocalReply reply = stream::ToLocalReply(error);
  upload_.Stop();
  co_await upload_.Join();
  lease_.Return();
  environment_.CountLocalReply(ToString(error.code));
  if (stream_.head_sent() || reply.status == 0) {
    context_.flags.Set(reply.flag);
    co_return;
  }
  co_await AnswerLocally(reply.status, reply.body, reply.flag, {});
}

Awaitable<Result<void>> Exchange::AnswerLocally(int status, std::string_view body, Flag flag,
                                                std::string_view location) {
  context_.flags.Set(flag);
  context_.status = status;
  response_.Clear();
  response_.status = status;
  response_.content_length = body.size();
  if (!body.empty())
    response_.headers.AddView("content-type", "text/plain", HeaderId::kContentType);
  if (!location.empty()) response_.headers.AddView("location", location);
  if (flag == Flag::kUpstreamOverflow) response_.headers.AddView("x-envoy-overloaded", "true");
  if (route_ != nullptr) route_->response_headers.Apply(response_.headers);
  const Verdict verdict = co_await filters_.OnResponse(response_, context_);
  if (verdict.kind == Verdict::Kind::kAbort) co_return verdict.error;
  const bool no_body = body.empty() || request_.method == "HEAD";
  response_.bodyless = no_body;
  if (const Result<void> sent = stream_.SendHead(response_, no_body); !sent) co_return sent;
  if (!no_body) {
    if (const Result<void> put = stream_.response_body().Put(body, true, nullptr); !put)
      co_return put;
  }
  co_return co_await stream_.response_body().Drain();
}

metrics::Edge& Exchange::ResolveEdge() {
  EdgeResolver& edges = environment_.edges();
  const std::shared_ptr<upstream::UpstreamPool>& pool = pool_ != nullptr ? pool_ : unreached_;
  const cluster::ClusterConfig* cluster = pool == nullptr ? nullptr : &pool->config();
  if (router_.direction() == Direction::kInbound) {
    return edges.FromPeer(stream_.connection().peer, cluster, protocol_);
  }
  if (endpoint_ != nullptr)
    return edges.ToEndpoint(router_.direction(), *endpoint_, *cluster, authority_, protocol_);
  return edges.ToNobody(router_.direction(), cluster, authority_, protocol_);
}

void Exchange::Record() {
  const int status = stream_.head_sent() ? context_.status : 0;
  ResolveEdge().RecordRequest(status, context_.flags, {},
                              context_.loop.Now() - stream_.start_time(),
                              stream_.wire_bytes_received(), stream_.wire_bytes_sent());
}

}  // namespace outrigger::router
