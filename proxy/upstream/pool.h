#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/task_scope.h"
#include "metrics/cell.h"
#include "proxy/cluster/cluster.h"
#include "proxy/upstream/h1_upstream.h"

namespace outrigger::upstream {

/// What a pool counts. Null members are not counted.
struct PoolCounters {
  metrics::Counter* opened = nullptr;
  metrics::Gauge* active = nullptr;
  metrics::Counter* connect_failures = nullptr;
  metrics::Counter* requests = nullptr;
};

class UpstreamPool;

/// A connection lent to one attempt. Gives it back to the pool when the exchange ended cleanly,
/// closes it otherwise, in its destructor: no path forgets.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept { *this = std::move(other); }
  Lease& operator=(Lease&& other) noexcept;
  ~Lease() { Return(); }

  [[nodiscard]] stream::ClientStream& stream() { return *connection_; }
  [[nodiscard]] Transport& transport() { return connection_->transport(); }
  explicit operator bool() const { return connection_ != nullptr; }
  void Return();

 private:
  friend class UpstreamPool;
  Lease(std::shared_ptr<UpstreamPool> pool, cluster::EndpointPtr endpoint,
        std::unique_ptr<H1Upstream> connection)
      : pool_(std::move(pool)),
        endpoint_(std::move(endpoint)),
        connection_(std::move(connection)) {}

  std::shared_ptr<UpstreamPool> pool_;
  cluster::EndpointPtr endpoint_;
  std::unique_ptr<H1Upstream> connection_;
};

/// One cluster on one worker: its endpoints, and the connections to them. Outlives its
/// configuration while streams hold it.
class UpstreamPool final : public std::enable_shared_from_this<UpstreamPool> {
 public:
  UpstreamPool(EventLoop& loop, Dialer& dialer, ReadBuffer& read_buffer,
               const http::H1Limits& limits, std::shared_ptr<const cluster::ClusterConfig> config,
               PoolCounters counters);
  ~UpstreamPool();

  void Update(std::shared_ptr<const cluster::ClusterConfig> config);
  [[nodiscard]] const cluster::ClusterConfig& config() const { return cluster_.config(); }
  [[nodiscard]] cluster::Cluster& endpoints() { return cluster_; }

  /// For original-destination clusters: the endpoint of that address, kept while it is used.
  [[nodiscard]] cluster::EndpointPtr ForAddress(const SocketAddress& address);

  /// A connection to `endpoint`: the one used last if one is idle, a new one otherwise, waiting in
  /// line when the cluster has `max_connections`. `fresh` forbids a used one. Errors: those of
  /// Dialer::Dial, kConnectTimeout after connect_timeout, kOverflow (side kUpstream) when the line
  /// is full, and the task's interrupt.
  Awaitable<Result<Lease>> Acquire(cluster::EndpointPtr endpoint, bool fresh);

  /// A bare connection for opaque TCP, outside the pool.
  Awaitable<Result<std::unique_ptr<Transport>>> Connect(cluster::EndpointPtr endpoint);

  /// Counts a request as retrying until EndRetry(); false when `max_retries` of them are already.
  [[nodiscard]] bool BeginRetry();
  void EndRetry() { --retrying_; }

  [[nodiscard]] std::uint32_t active_requests() const { return active_; }
  [[nodiscard]] std::size_t idle_connections() const;
  /// Closes idle connections that the peer closed, that are too old, or all of them.
  void Sweep(bool all);

 private:
  friend class Lease;
  struct Idle;
  class SweepTimer final : public Timer {
   public:
    explicit SweepTimer(UpstreamPool& pool) : pool_(pool) {}

   private:
    void OnTimer() override;
    UpstreamPool& pool_;
  };

  std::unique_ptr<H1Upstream> TakeIdle(cluster::Endpoint& endpoint);
  bool CloseOneIdle();
  Awaitable<Result<std::unique_ptr<H1Upstream>>> Obtain(cluster::EndpointPtr endpoint, bool fresh);
  [[nodiscard]] bool HasRoom() const;
  Awaitable<Result<void>> WaitForTurn();
  void WakeFirst();
  void GiveBack(cluster::EndpointPtr endpoint, std::unique_ptr<H1Upstream> connection);
  void ConnectionGone();

  EventLoop& loop_;
  Dialer& dialer_;
  ReadBuffer& read_buffer_;
  const http::H1Limits limits_;
  cluster::Cluster cluster_;
  PoolCounters counters_;
  SweepTimer sweep_{*this};
  std::vector<std::weak_ptr<cluster::Endpoint>> with_idle_;
  std::vector<WaitPoint*> line_;   // requests waiting for a connection, first come first served
  std::uint32_t connections_ = 0;  // lent and idle
  std::uint32_t retrying_ = 0;
  std::uint32_t active_ = 0;      // lent
  std::uint32_t connecting_ = 0;  // being made
  std::uint32_t acquiring_ = 0;   // requests in line or waiting for their new connection
};

}  // namespace outrigger::upstream
