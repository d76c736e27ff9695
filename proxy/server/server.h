#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "api/outrigger/v1/config.pb.h"
#include "metrics/registry.h"
#include "proxy/config/problem.h"
#include "proxy/server/service_port.h"
#include "proxy/worker/worker.h"

namespace outrigger::server {

struct ServerOptions {
  /// Listening sockets that were opened by somebody else, as further accept sources of a named
  /// listener.
  std::vector<std::pair<std::string, int>> inherited_sockets;
  std::string build_version = "unknown";
};

/// A running proxy: one main thread (whoever owns `loop`) with the process's own ports, and the
/// workers with the traffic. All members are called on the main thread.
class Server {
 public:
  Server(EventLoop& loop, const stream::FilterRegistry& filters, ServerOptions options);
  ~Server();  ///< stops and joins the workers

  /// Puts `config` (validated) in force: all or nothing. The first one also starts workers and own
  /// ports; later ones cannot change the number of workers or the own ports (a warning says so).
  /// False, with an error for each reason, when a socket cannot be bound; what was in force before
  /// stays.
  bool Apply(const v1::ProxyConfig& config, std::string_view file, config::Problems* problems);

  /// Takes no new work: not ready any more, `Connection: close`, idle connections end. Everything
  /// else goes on.
  void BeginDrain();
  /// Ends gracefully: BeginDrain(), then streams in flight get drain_timeout. `done` runs on the
  /// main thread when everything has ended; the workers are stopped by then. Repeated calls change
  /// nothing.
  void Drain(std::function<void()> done);
  /// Ends now.
  void Stop();

  [[nodiscard]] bool ready() const { return snapshot_ != nullptr && !draining_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] bool ending() const { return drained_ != nullptr; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] metrics::Registry* registry() { return registry_.get(); }
  [[nodiscard]] const v1::ProxyConfig& config() const { return config_; }
  [[nodiscard]] const std::shared_ptr<const snapshot::Snapshot>& snapshot() const {
    return snapshot_;
  }
  [[nodiscard]] const ServerOptions& options() const { return options_; }
  [[nodiscard]] MonotonicTime start_time() const { return start_time_; }
  [[nodiscard]] std::size_t worker_count() const { return threads_.size(); }
  /// Address a listener is bound to (port 0 was chosen by the kernel); invalid when there is none.
  [[nodiscard]] SocketAddress ListenerAddress(std::string_view name) const;
  /// "admin", "health", "stats", "agent".
  [[nodiscard]] SocketAddress ServiceAddress(std::string_view name) const;

  /// Runs `ask` on worker `index`, then `answer` with what it returned on the main thread.
  void AskWorker(std::size_t index, std::function<std::string(worker::Worker&)> ask,
                 std::function<void(std::string)> answer);

 private:
  struct WorkerThread;
  struct OwnPorts;
  class DrainTimer;
  bool Start(const snapshot::Snapshot& snapshot, std::string_view file, config::Problems* problems);
  bool Bind(const snapshot::Snapshot& snapshot, std::string_view file, config::Problems* problems,
            std::vector<std::vector<worker::BoundListener>>* per_worker);
  bool BindOne(const snapshot::ListenerConfig& config, std::vector<UniqueFd>* sockets,
               std::string* error);
  void CheckDrained();

  EventLoop& loop_;
  const stream::FilterRegistry& filters_;
  const ServerOptions options_;
  const MonotonicTime start_time_;
  ReadBuffer read_buffer_;
  v1::ProxyConfig config_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
  std::unique_ptr<metrics::Registry> registry_;
  std::vector<std::unique_ptr<WorkerThread>> threads_;
  absl::flat_hash_map<std::string, SocketAddress> bound_;  // listener -> where it really listens
  absl::flat_hash_map<std::string, SocketAddress>
      configured_;  // listener -> what its configuration said
  std::unique_ptr<OwnPorts> own_ports_;
  std::unique_ptr<DrainTimer> drain_timer_;
  std::function<void()> drained_;
  MonotonicTime drain_deadline_;
  int idle_checks_ = 0;
  bool draining_ = false;
  bool stopped_ = false;
};

}  // namespace outrigger::server
