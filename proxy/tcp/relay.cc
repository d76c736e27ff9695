#include "proxy/tcp/relay.h"

#include "base/task_scope.h"
#include "proxy/stream/local_reply.h"
#include "proxy/tcp/raw_body.h"

namespace outrigger::tcp {

namespace {

using metrics::Flag;
using metrics::RequestProtocol;

/// Reports bytes while the connection lives and ends it when it has been silent for too long.
class Meter final : private Timer {
 public:
  Meter(EventLoop& loop, const RelayOptions& options, TaskContext& task, Transport& client,
        metrics::TcpSeries& series)
      : loop_(loop),
        options_(options),
        task_(task),
        client_(client),
        series_(series),
        last_progress_(loop.Now()) {
    Arm();
  }
  ~Meter() override {
    Report();
    series_.Close();
  }

 private:
  void Arm() { loop_.timers().Arm(*this, loop_.Now() + options_.report_interval); }
  bool Report() {
    const std::uint64_t received = client_.bytes_read() - received_;
    const std::uint64_t sent = client_.bytes_written() - sent_;
    series_.AddReceived(received);
    series_.AddSent(sent);
    received_ += received;
    sent_ += sent;
    return received + sent > 0;
  }
  void OnTimer() override {
    if (Report()) last_progress_ = loop_.Now();
    const bool limited = options_.idle_timeout > Duration::zero();
    if (limited && loop_.Now() - last_progress_ >= options_.idle_timeout) {
      task_.Interrupt({ErrorCode::kTimeout, Side::kLocal, "idle timeout"});
      return;
    }
    Arm();
  }

  EventLoop& loop_;
  const RelayOptions& options_;
  TaskContext& task_;
  Transport& client_;
  metrics::TcpSeries& series_;
  MonotonicTime last_progress_;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
};

/// One direction; its failure ends the other one too.
Awaitable<void> PumpUp(stream::BodySource& from, stream::BodySink& to, TaskContext& main) {
  const Result<void> pumped = co_await stream::Pump(from, to);
  if (!pumped) main.Interrupt(pumped.error());
}

/// A connection counts as load of its endpoint for as long as it lives.
class Load {
 public:
  explicit Load(cluster::EndpointPtr endpoint) : endpoint_(std::move(endpoint)) {
    ++endpoint_->active;
  }
  ~Load() { --endpoint_->active; }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  cluster::EndpointPtr endpoint_;
};

struct Target {
  std::shared_ptr<upstream::UpstreamPool> pool;
  cluster::EndpointPtr endpoint;
};

Awaitable<Result<std::unique_ptr<Transport>>> ConnectTo(router::Environment& environment,
                                                        const stream::ConnectionInfo& info,
                                                        const RelayOptions& options,
                                                        Target& target) {
  if (options.cluster.empty())
    co_return Error{ErrorCode::kNoEndpoint, Side::kLocal, "nothing may pass through"};
  target.pool = environment.FindPool(options.cluster);
  if (target.pool == nullptr)
    co_return Error{ErrorCode::kNoCluster, Side::kLocal, "the cluster does not exist"};
  if (!target.pool->config().original_destination) {
    target.endpoint = target.pool->endpoints().Pick({});
  } else if (info.original_destination.valid() && !(info.original_destination == info.local)) {
    target.endpoint = target.pool->ForAddress(info.original_destination);
  }
  if (target.endpoint == nullptr)
    co_return Error{ErrorCode::kNoEndpoint, Side::kLocal, "no healthy upstream"};
  co_return co_await target.pool->Connect(target.endpoint);
}

metrics::Edge& ResolveEdge(router::Environment& environment, const stream::ConnectionInfo& info,
                           const RelayOptions& options, const Target& target) {
  const cluster::ClusterConfig* cluster = target.pool == nullptr ? nullptr : &target.pool->config();
  if (options.direction == router::Direction::kInbound) {
    return environment.edges().FromPeer(info.peer, cluster, RequestProtocol::kTcp);
  }
  if (target.endpoint != nullptr && cluster != nullptr) {
    return environment.edges().ToEndpoint(options.direction, *target.endpoint, *cluster, {},
                                          RequestProtocol::kTcp);
  }
  return environment.edges().ToNobody(options.direction, cluster, {}, RequestProtocol::kTcp);
}

}  // namespace

Awaitable<void> Relay(router::Environment& environment, Input& downstream,
                      stream::ConnectionInfo info, RelayOptions options) {
  TaskContext& task = co_await CurrentTask{};
  EventLoop& loop = *task.loop;
  Transport& client = downstream.transport();
  Target target;
  Result<std::unique_ptr<Transport>> dialed =
      co_await ConnectTo(environment, info, options, target);
  metrics::Edge& edge = ResolveEdge(environment, info, options, target);
  if (!dialed) {
    metrics::TcpSeries* series = edge.OpenTcp({stream::ToLocalReply(dialed.error()).flag});
    series->Close();
    // The client sees what we saw: a refused connection arrives as a reset, not as an orderly end
    // (C-3).
    client.ResetOnClose();
    co_return;
  }
  Transport& server = **dialed;
  const Load load(target.endpoint);
  Input upstream(server, environment.read_buffer());
  // A reset is passed on even when that side has nothing more to say (C-2).
  client.WatchReset(&task,
                    {ErrorCode::kReset, Side::kDownstream, "the client reset the connection"});
  server.WatchReset(&task,
                    {ErrorCode::kReset, Side::kUpstream, "the upstream reset the connection"});
  const Meter meter(loop, options, task, client, *edge.OpenTcp());
  RawSource from_client(downstream, Side::kDownstream);
  RawSource from_server(upstream, Side::kUpstream);
  RawSink to_client(client, Side::kDownstream);
  RawSink to_server(server, Side::kUpstream);
  TaskScope up(loop);
  up.Spawn(PumpUp(from_client, to_server, task));
  const Result<void> down = co_await stream::Pump(from_server, to_client);
  if (!down) up.Stop();
  co_await up.Join();
  client.WatchReset(nullptr, {});
  server.WatchReset(nullptr, {});
  if (!down || task.interrupt() != nullptr) {
    client.ResetOnClose();
    server.ResetOnClose();
  }
}

}  // namespace outrigger::tcp
