#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/input.h"
#include "base/task_scope.h"
#include "proxy/listener/connection_set.h"
#include "proxy/router/environment.h"
#include "proxy/worker/listener_runtime.h"

namespace outrigger::worker {

/// How one accepted connection is served; the layers are put together in server/assemble.cc.
using ServeConnection = Awaitable<void> (*)(class Worker& worker,
                                            std::shared_ptr<ListenerRuntime> listener,
                                            std::unique_ptr<Transport> transport,
                                            stream::ConnectionInfo info);

struct WorkerOptions {
  metrics::Shard* shard = nullptr;  ///< written by this worker only
  Dialer* dialer = nullptr;         ///< outlives the worker
  ServeConnection serve = nullptr;
  std::size_t max_connections = 100'000;  ///< downstream; more are closed at once
  std::uint64_t seed = std::random_device{}();
};

/// Listening sockets for one listener on one worker, bound by the main thread.
struct BoundListener {
  std::string name;
  std::vector<UniqueFd> sockets;
};

/// Everything that happens on one thread: its connections, pools and counters. All members are
/// called on the loop's thread; other threads Post() to the loop.
class Worker final : public router::Environment {
 public:
  Worker(EventLoop& loop, WorkerOptions options);
  ~Worker() override;

  /// Takes a new configuration for streams that start from now on. `bound` are the sockets of
  /// listeners that are new; listeners that are gone stop accepting, their connections live on.
  void Apply(std::shared_ptr<const snapshot::Snapshot> snapshot, std::vector<BoundListener> bound);
  /// Idle connections end, others after their exchange. Stops accepting, except on capture
  /// listeners: the pod's traffic keeps coming until the app is gone too.
  void Drain();
  /// Cuts everything that is left.
  void Stop();
  [[nodiscard]] bool idle() const { return tasks_.empty(); }
  /// Downstream connections of any kind.
  [[nodiscard]] std::size_t active() const { return active_; }

  /// Serves a connection as if `listener` had accepted it. For tests over memory.
  void Adopt(std::string_view listener, std::unique_ptr<Transport> transport,
             stream::ConnectionInfo info);

  // router::Environment
  std::shared_ptr<const router::RouteTable> FindRoutes(std::string_view name) override;
  std::shared_ptr<upstream::UpstreamPool> FindPool(std::string_view cluster) override;
  router::EdgeResolver& edges() override { return edges_; }
  ReadBuffer& read_buffer() override { return read_buffer_; }
  std::uint32_t Random() override { return static_cast<std::uint32_t>(random_()); }
  void CountRetry(std::string_view cluster) override;
  void CountLocalReply(std::string_view reason) override;

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] listener::ConnectionSet& connections() { return connections_; }
  /// What the protocol of a captured connection turned out to be, and why.
  void CountDetection(std::string_view protocol, std::string_view reason);
  [[nodiscard]] const absl::flat_hash_map<std::string, std::shared_ptr<upstream::UpstreamPool>>&
  pools() const {
    return pools_;
  }
  [[nodiscard]] const std::shared_ptr<const snapshot::Snapshot>& snapshot() const {
    return snapshot_;
  }

 private:
  struct Listening {
    std::shared_ptr<ListenerRuntime> runtime;
    std::vector<std::unique_ptr<listener::Acceptor>> acceptors;
    metrics::Counter* opened = nullptr;
    metrics::Gauge* active = nullptr;
  };
  void ApplyListeners(std::vector<BoundListener> bound);
  void OnAccept(const std::string& name, UniqueFd fd, SocketAddress peer);
  void Start(Listening& listening, std::unique_ptr<Transport> transport,
             stream::ConnectionInfo info);
  Awaitable<void> ServeCounted(std::shared_ptr<ListenerRuntime> runtime,
                               std::unique_ptr<Transport> transport, stream::ConnectionInfo info,
                               metrics::Gauge* active);
  metrics::Counter& CounterFor(const metrics::Family& family, std::vector<std::string> labels);

  EventLoop& loop_;
  const WorkerOptions options_;
  std::minstd_rand random_;
  ReadBuffer read_buffer_;
  router::EdgeResolver edges_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
  absl::flat_hash_map<std::string, std::shared_ptr<upstream::UpstreamPool>>
      pools_;  // made on first use
  absl::flat_hash_map<std::string, std::unique_ptr<Listening>> listeners_;
  absl::flat_hash_map<std::string, metrics::Counter*> counters_;
  listener::ConnectionSet connections_;
  std::size_t active_ = 0;
  TaskScope tasks_;
};

}  // namespace outrigger::worker
