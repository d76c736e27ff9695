#include "proxy/upstream/pool.h"

#include <algorithm>

#include "base/event_loop.h"

namespace outrigger::upstream {

namespace {
constexpr Duration kSweepInterval = std::chrono::seconds(5);

/// As opposed to a client that left or a stop while we were connecting.
bool IsConnectFailure(const Error& error) {
  return error.code == ErrorCode::kConnectRefused || error.code == ErrorCode::kConnectTimeout ||
         error.code == ErrorCode::kUnreachable || error.code == ErrorCode::kResource;
}
}  // namespace

/// Idle connections of one endpoint; the one used last is taken first, so that the others can grow
/// old.
struct UpstreamPool::Idle final : cluster::EndpointAttachment {
  explicit Idle(UpstreamPool& owner) : pool(owner) {}
  /// With connections only while the pool lives (its destructor sweeps): the endpoint left the
  /// configuration.
  ~Idle() override {
    const std::size_t count = entries.size();
    entries.clear();
    for (std::size_t i = 0; i < count; ++i) pool.ConnectionGone();
  }
  struct Entry {
    std::unique_ptr<H1Upstream> connection;
    MonotonicTime since;
  };
  UpstreamPool& pool;
  std::vector<Entry> entries;
  bool listed = false;  // in with_idle_
};

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    Return();
    pool_ = std::move(other.pool_);
    endpoint_ = std::move(other.endpoint_);
    connection_ = std::move(other.connection_);
  }
  return *this;
}

void Lease::Return() {
  if (connection_ == nullptr) return;
  --endpoint_->active;
  pool_->GiveBack(std::move(endpoint_), std::move(connection_));
  pool_.reset();
}

void UpstreamPool::SweepTimer::OnTimer() { pool_.Sweep(false); }

UpstreamPool::UpstreamPool(EventLoop& loop, Dialer& dialer, ReadBuffer& read_buffer,
                           const http::H1Limits& limits,
                           std::shared_ptr<const cluster::ClusterConfig> config,
                           PoolCounters counters)
    : loop_(loop),
      dialer_(dialer),
      read_buffer_(read_buffer),
      limits_(limits),
      cluster_(std::move(config)),
      counters_(counters) {}

UpstreamPool::~UpstreamPool() { Sweep(true); }

void UpstreamPool::Update(std::shared_ptr<const cluster::ClusterConfig> config) {
  cluster_.Update(std::move(config));
  // More connections may be allowed now; who is still not, goes back into the line in order.
  for (std::size_t waiting = line_.size(); waiting > 0; --waiting) WakeFirst();
}

std::unique_ptr<H1Upstream> UpstreamPool::TakeIdle(cluster::Endpoint& endpoint) {
  auto* idle = static_cast<Idle*>(endpoint.attachment.get());
  if (idle == nullptr) return nullptr;
  while (!idle->entries.empty()) {
    std::unique_ptr<H1Upstream> connection = std::move(idle->entries.back().connection);
    idle->entries.pop_back();
    if (!connection->spoiled()) return connection;
    connection.reset();
    ConnectionGone();
  }
  return nullptr;
}

bool UpstreamPool::CloseOneIdle() {
  for (const std::weak_ptr<cluster::Endpoint>& weak : with_idle_) {
    const cluster::EndpointPtr endpoint = weak.lock();
    if (endpoint == nullptr) continue;
    auto& entries = static_cast<Idle&>(*endpoint->attachment).entries;
    if (entries.empty()) continue;
    entries.erase(entries.begin());
    --connections_;  // wakes nobody: its place is taken at once
    if (counters_.active != nullptr) counters_.active->Sub();
    return true;
  }
  return false;
}

Awaitable<Result<Lease>> UpstreamPool::Acquire(cluster::EndpointPtr endpoint, bool fresh) {
  const std::uint32_t max_requests = config().limits.max_requests;
  if (max_requests != 0 && active_ + acquiring_ >= max_requests) {
    co_return Error{ErrorCode::kOverflow, Side::kUpstream, "max_requests of the cluster"};
  }
  const std::shared_ptr<UpstreamPool> self = shared_from_this();
  ++acquiring_;
  auto connection = co_await Obtain(endpoint, fresh);
  --acquiring_;
  if (!connection) co_return connection.error();
  ++active_;
  ++endpoint->active;
  if (counters_.requests != nullptr) counters_.requests->Add();
  co_return Lease(self, std::move(endpoint), std::move(*connection));
}

Awaitable<Result<std::unique_ptr<H1Upstream>>> UpstreamPool::Obtain(cluster::EndpointPtr endpoint,
                                                                    bool fresh) {
  while (true) {
    if (!fresh) {
      if (std::unique_ptr<H1Upstream> idle = TakeIdle(*endpoint)) co_return idle;
    }
    // Idle connections that this request cannot use give up their place for it.
    while (!HasRoom() && CloseOneIdle()) continue;
    if (HasRoom()) break;
    if (const Result<void> turn = co_await WaitForTurn(); !turn) co_return turn.error();
  }
  ++connecting_;
  auto transport = co_await Connect(endpoint);
  --connecting_;
  if (!transport) {
    WakeFirst();
    co_return transport.error();
  }
  ++connections_;
  if (counters_.active != nullptr) counters_.active->Add();
  co_return std::make_unique<H1Upstream>(std::move(*transport), read_buffer_, limits_);
}

bool UpstreamPool::HasRoom() const {
  const std::uint32_t max = config().limits.max_connections;
  return max == 0 || connections_ + connecting_ < max;
}

Awaitable<Result<void>> UpstreamPool::WaitForTurn() {
  if (line_.size() >= std::max(1u, config().limits.max_pending)) {
    co_return Error{ErrorCode::kOverflow, Side::kUpstream, "max_pending_requests of the cluster"};
  }
  WaitPoint turn;
  line_.push_back(&turn);
  const Result<void> waited = co_await turn.Wait();
  // Woken and interrupted in one turn: the place in the line is not ours to keep.
  if (!waited && std::erase(line_, &turn) == 0) WakeFirst();
  co_return waited;
}

void UpstreamPool::WakeFirst() {
  if (line_.empty()) return;
  WaitPoint* first = line_.front();
  line_.erase(line_.begin());
  first->Notify();
}

Awaitable<Result<std::unique_ptr<Transport>>> UpstreamPool::Connect(cluster::EndpointPtr endpoint) {
  const ScopedTimeout timeout(co_await CurrentTask{}, loop_.Now() + config().connect_timeout,
                              {ErrorCode::kConnectTimeout, Side::kUpstream, "connect timeout"});
  auto transport =
      co_await dialer_.Dial({.address = endpoint->config.address, .source = config().source});
  if (transport) {
    if (counters_.opened != nullptr) counters_.opened->Add();
  } else if (counters_.connect_failures != nullptr && IsConnectFailure(transport.error())) {
    counters_.connect_failures->Add();
  }
  co_return transport;
}

void UpstreamPool::GiveBack(cluster::EndpointPtr endpoint, std::unique_ptr<H1Upstream> connection) {
  --active_;
  const std::uint32_t max = config().limits.max_requests_per_connection;
  if (!connection->reusable() || connection->spoiled() ||
      (max != 0 && connection->exchanges() >= max)) {
    connection.reset();
    ConnectionGone();
    return;
  }
  if (endpoint->attachment == nullptr) endpoint->attachment = std::make_unique<Idle>(*this);
  auto& idle = static_cast<Idle&>(*endpoint->attachment);
  idle.entries.push_back({std::move(connection), loop_.Now()});
  if (!idle.listed) {
    idle.listed = true;
    with_idle_.push_back(endpoint);
  }
  if (!sweep_.armed()) loop_.timers().Arm(sweep_, loop_.Now() + kSweepInterval);
  WakeFirst();
}

void UpstreamPool::ConnectionGone() {
  --connections_;
  if (counters_.active != nullptr) counters_.active->Sub();
  WakeFirst();
}

cluster::EndpointPtr UpstreamPool::ForAddress(const SocketAddress& address) {
  if (!sweep_.armed()) loop_.timers().Arm(sweep_, loop_.Now() + kSweepInterval);
  return cluster_.ForAddress(address);
}

bool UpstreamPool::BeginRetry() {
  const std::uint32_t max = config().limits.max_retries;
  if (max != 0 && retrying_ >= max) return false;
  ++retrying_;
  return true;
}

std::size_t UpstreamPool::idle_connections() const { return connections_ - active_; }

void UpstreamPool::Sweep(bool all) {
  const MonotonicTime oldest = loop_.Now() - config().limits.idle_timeout;
  std::erase_if(with_idle_, [&](const std::weak_ptr<cluster::Endpoint>& weak) {
    const cluster::EndpointPtr endpoint = weak.lock();
    if (endpoint == nullptr) return true;
    auto& idle = static_cast<Idle&>(*endpoint->attachment);
    const std::size_t gone = std::erase_if(idle.entries, [&](const Idle::Entry& entry) {
      return all || entry.since < oldest || entry.connection->spoiled();
    });
    for (std::size_t i = 0; i < gone; ++i) ConnectionGone();
    idle.listed = !idle.entries.empty();
    return !idle.listed;
  });
  cluster_.ForgetUnused([](const cluster::Endpoint& endpoint) {
    const auto* idle = static_cast<const Idle*>(endpoint.attachment.get());
    return idle == nullptr || idle->entries.empty();
  });
  if (!all && (!with_idle_.empty() || cluster_.has_learned()))
    loop_.timers().Arm(sweep_, loop_.Now() + kSweepInterval);
}

}  // namespace outrigger::upstream
