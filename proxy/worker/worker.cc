#include "proxy/worker/worker.h"

#include "base/absl_view.h"
#include "metrics/catalog.h"
#include "proxy/listener/original_destination.h"

namespace outrigger::worker {

Worker::Worker(EventLoop& loop, WorkerOptions options)
    : loop_(loop),
      options_(options),
      random_(static_cast<std::minstd_rand::result_type>(options.seed | 1)),
      edges_(*options.shard),
      tasks_(loop) {}

Worker::~Worker() = default;

void Worker::Apply(std::shared_ptr<const snapshot::Snapshot> snapshot,
                   std::vector<BoundListener> bound) {
  snapshot_ = std::move(snapshot);
  edges_.Update(snapshot_->own, snapshot_->addresses);
  absl::erase_if(pools_, [&](const auto& entry) {
    const auto it = snapshot_->clusters.find(entry.first);
    if (it == snapshot_->clusters.end()) return true;  // streams in flight keep theirs
    entry.second->Update(it->second);
    return false;
  });
  ApplyListeners(std::move(bound));
}

void Worker::ApplyListeners(std::vector<BoundListener> bound) {
  absl::flat_hash_map<std::string, std::unique_ptr<Listening>> next;
  for (const auto& config : snapshot_->listeners) {
    const auto it = listeners_.find(config->name);
    std::unique_ptr<Listening> listening =
        it != listeners_.end() ? std::move(it->second) : std::make_unique<Listening>();
    if (listening->opened == nullptr) {
      listening->opened =
          options_.shard->AddCounter(metrics::catalog::kListenerConnectionsOpened, {config->name});
      listening->active =
          options_.shard->AddGauge(metrics::catalog::kListenerConnectionsActive, {config->name});
    }
    listening->runtime = std::make_shared<ListenerRuntime>(*this, config, snapshot_->http_limits);
    next.emplace(config->name, std::move(listening));
  }
  listeners_ = std::move(next);
  for (BoundListener& binding : bound) {
    const auto it = listeners_.find(binding.name);
    if (it == listeners_.end()) continue;
    it->second->acceptors.clear();
    for (UniqueFd& socket : binding.sockets) {
      it->second->acceptors.push_back(std::make_unique<listener::Acceptor>(
          loop_, std::move(socket), [this, name = binding.name](UniqueFd fd, SocketAddress peer) {
            OnAccept(name, std::move(fd), peer);
          }));
    }
  }
}

void Worker::OnAccept(const std::string& name, UniqueFd fd, SocketAddress peer) {
  const auto it = listeners_.find(name);
  if (it == listeners_.end() || active_ >= options_.max_connections) return;  // closes
  stream::ConnectionInfo info;
  info.peer = peer;
  info.local = LocalAddress(fd.get());
  info.original_destination =
      it->second->runtime->config().capture ? listener::OriginalDestination(fd.get()) : info.local;
  auto transport = SocketTransport::Adopt(loop_, std::move(fd), peer);
  if (transport != nullptr) Start(*it->second, std::move(transport), info);
}

void Worker::Adopt(std::string_view name, std::unique_ptr<Transport> transport,
                   stream::ConnectionInfo info) {
  const auto it = listeners_.find(AbslView(name));
  if (it != listeners_.end()) Start(*it->second, std::move(transport), info);
}

void Worker::Start(Listening& listening, std::unique_ptr<Transport> transport,
                   stream::ConnectionInfo info) {
  listening.opened->Add();
  tasks_.Spawn(ServeCounted(listening.runtime, std::move(transport), info, listening.active));
}

Awaitable<void> Worker::ServeCounted(std::shared_ptr<ListenerRuntime> runtime,
                                     std::unique_ptr<Transport> transport,
                                     stream::ConnectionInfo info, metrics::Gauge* active) {
  struct Counted {  // also when the connection's task ends by an exception
    Counted(metrics::Gauge& g, std::size_t& n) : gauge(g), number(n) {
      gauge.Add();
      ++number;
    }
    ~Counted() {
      --number;
      gauge.Sub();
    }
    metrics::Gauge& gauge;
    std::size_t& number;
  };
  const Counted counted(*active, active_);
  co_await options_.serve(*this, std::move(runtime), std::move(transport), info);
}

void Worker::Drain() {
  for (auto& [name, listening] : listeners_) {
    if (!listening->runtime->config().capture) listening->acceptors.clear();
  }
  connections_.Drain();
}

void Worker::Stop() {
  for (auto& [name, listening] : listeners_) listening->acceptors.clear();
  tasks_.Stop();
  for (auto& [name, pool] : pools_) pool->Sweep(true);
}

std::shared_ptr<const router::RouteTable> Worker::FindRoutes(std::string_view name) {
  const auto it = snapshot_->routes.find(AbslView(name));
  return it == snapshot_->routes.end() ? nullptr : it->second;
}

std::shared_ptr<upstream::UpstreamPool> Worker::FindPool(std::string_view cluster) {
  if (const auto it = pools_.find(AbslView(cluster)); it != pools_.end()) return it->second;
  const auto config = snapshot_->clusters.find(AbslView(cluster));
  if (config == snapshot_->clusters.end()) return nullptr;
  const std::string name(cluster);
  metrics::Shard& shard = *options_.shard;
  const upstream::PoolCounters counters{
      .opened = shard.AddCounter(metrics::catalog::kUpstreamConnectionsOpened, {name}),
      .active = shard.AddGauge(metrics::catalog::kUpstreamConnectionsActive, {name}),
      .connect_failures = shard.AddCounter(metrics::catalog::kUpstreamConnectFailures, {name}),
      .requests = shard.AddCounter(metrics::catalog::kEnvoyUpstreamRequests, {name})};
  auto pool = std::make_shared<upstream::UpstreamPool>(
      loop_, *options_.dialer, read_buffer_, snapshot_->http_limits, config->second, counters);
  pools_.emplace(name, pool);
  return pool;
}

metrics::Counter& Worker::CounterFor(const metrics::Family& family,
                                     std::vector<std::string> labels) {
  std::string key(family.name);
  for (const std::string& label : labels) key.append(1, '\0').append(label);
  metrics::Counter*& counter = counters_[key];
  if (counter == nullptr) counter = options_.shard->AddCounter(family, std::move(labels));
  return *counter;
}

void Worker::CountRetry(std::string_view cluster) {
  CounterFor(metrics::catalog::kRouterRetries, {std::string(cluster)}).Add();
}

void Worker::CountLocalReply(std::string_view reason) {
  CounterFor(metrics::catalog::kRouterLocalReplies, {std::string(reason)}).Add();
}

void Worker::CountDetection(std::string_view protocol, std::string_view reason) {
  CounterFor(metrics::catalog::kListenerDetections, {std::string(protocol), std::string(reason)})
      .Add();
}

}  // namespace outrigger::worker
