#include "proxy/server/server.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <cstring>

#include "base/absl_view.h"
#include "base/log.h"
#include "metrics/catalog.h"
#include "proxy/server/admin.h"
#include "proxy/server/agent.h"
#include "proxy/server/assemble.h"

namespace outrigger::server {

namespace {

constexpr Duration kDrainCheck = std::chrono::milliseconds(50);
// A sidecar goes on accepting while it drains; it leaves when nothing has been there for this many
// checks in a row.
constexpr int kIdleChecksToLeave = 3;
constexpr std::size_t kUnknown = SIZE_MAX;  // connections of a worker that has not answered yet

/// 45 % of the descriptors: the other side of each connection needs as many (robustness.md R-1).
std::size_t DefaultMaxConnections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 10'000;
  return static_cast<std::size_t>(limit.rlim_cur) * 45 / 100;
}

}  // namespace

struct Server::WorkerThread {
  explicit WorkerThread(metrics::Shard& shard, std::size_t max_connections)
      : dialer(loop),
        worker(loop, {.shard = &shard,
                      .dialer = &dialer,
                      .serve = ServeConnection,
                      .max_connections = max_connections}) {}
  ~WorkerThread() {
    if (!thread.joinable()) return;
    // The loop ends once the last task has: every connection is interrupted and closes itself.
    loop.Post([this] {
      worker.Drain();
      worker.Stop();
      finisher.Start();
    });
    thread.join();
  }

  /// Stops the loop when no task is left.
  class Finisher final : private Timer {
   public:
    explicit Finisher(WorkerThread& owner) : owner_(owner) {}
    void Start() { OnTimer(); }

   private:
    void OnTimer() override {
      if (owner_.worker.idle()) {
        owner_.loop.Stop();
      } else {
        owner_.worker.Stop();
        owner_.loop.timers().Arm(*this, owner_.loop.Now() + std::chrono::milliseconds(1));
      }
    }
    WorkerThread& owner_;
  };

  SystemClock clock;
  EventLoop loop{clock};
  SocketDialer dialer;
  worker::Worker worker;
  Finisher finisher{*this};
  std::atomic<std::size_t> connections{0};  // as of the last drain check
  std::thread thread;
};

struct Server::OwnPorts {
  OwnPorts(Server& server, ReadBuffer& buffer)
      : admin_handler(server),
        agent_handler(server),
        admin(server.loop_, buffer, admin_handler),
        health(server.loop_, buffer, agent_handler),
        stats(server.loop_, buffer, admin_handler),
        agent(server.loop_, buffer, agent_handler) {}
  AdminHandler admin_handler;
  AgentHandler agent_handler;
  ServicePort admin, health, stats, agent;
};

class Server::DrainTimer final : public Timer {
 public:
  explicit DrainTimer(Server& server) : server_(server) {}

 private:
  void OnTimer() override { server_.CheckDrained(); }
  Server& server_;
};

Server::Server(EventLoop& loop, const stream::FilterRegistry& filters, ServerOptions options)
    : loop_(loop),
      filters_(filters),
      options_(std::move(options)),
      start_time_(loop.Now()),
      drain_timer_(std::make_unique<DrainTimer>(*this)) {}

Server::~Server() {
  Stop();
  if (own_ports_ != nullptr) {
    for (ServicePort* port :
         {&own_ports_->admin, &own_ports_->health, &own_ports_->stats, &own_ports_->agent}) {
      port->Stop();
    }
    loop_.RunUntilIdle();
  }
}

bool Server::Apply(const v1::ProxyConfig& config, std::string_view file,
                   config::Problems* problems) {
  if (draining_) {
    problems->Error(file, 0, {}, "not taken: this proxy is draining");
    return false;
  }
  const std::shared_ptr<const snapshot::Snapshot> next = snapshot::Build(config, filters_);
  if (registry_ == nullptr && !Start(*next, file, problems)) return false;
  if (snapshot_ != nullptr && next->workers != snapshot_->workers) {
    problems->Warning(file, 0, "limits.workers",
                      "not changed while running; takes effect at the next start");
  }
  std::vector<std::vector<worker::BoundListener>> bound;
  if (!Bind(*next, file, problems, &bound)) {
    registry_->main().AddCounter(metrics::catalog::kSnapshotUpdates, {"rejected"})->Add();
    return false;
  }
  snapshot_ = next;
  config_ = config;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    WorkerThread& thread = *threads_[i];
    auto sockets = std::make_shared<std::vector<worker::BoundListener>>(std::move(bound[i]));
    thread.loop.Post([&thread, next, sockets] { thread.worker.Apply(next, std::move(*sockets)); });
    if (!thread.thread.joinable()) thread.thread = std::thread([&thread] { thread.loop.Run(); });
  }
  registry_->main().AddCounter(metrics::catalog::kSnapshotUpdates, {"accepted"})->Add();
  return true;
}

bool Server::Start(const snapshot::Snapshot& snapshot, std::string_view file,
                   config::Problems* problems) {
  metrics::Registry::Options options;
  options.workers = snapshot.workers;
  options.max_keys = snapshot.max_metric_keys;
  options.build_tag = options_.build_version;
  registry_ = std::make_unique<metrics::Registry>(options);
  own_ports_ = std::make_unique<OwnPorts>(*this, read_buffer_);
  const snapshot::ServiceAddresses& at = snapshot.services;
  std::string error;
  bool bound = true;
  for (const auto& [port, address, field] :
       {std::tuple(&own_ports_->admin, &at.admin, "admin.admin_address"),
        std::tuple(&own_ports_->health, &at.health, "admin.health_address"),
        std::tuple(&own_ports_->stats, &at.stats, "admin.stats_address"),
        std::tuple(&own_ports_->agent, &at.agent, "admin.agent_address")}) {
    if (port->Listen(*address, &error)) continue;
    problems->Error(file, 0, field, error + "; choose another address, or \"off\"");
    bound = false;
  }
  if (!bound) {
    own_ports_.reset();
    registry_.reset();
    return false;
  }
  const std::size_t max =
      snapshot.max_connections != 0 ? snapshot.max_connections : DefaultMaxConnections();
  for (std::uint32_t i = 0; i < snapshot.workers; ++i) {
    threads_.push_back(
        std::make_unique<WorkerThread>(registry_->worker(i), max / snapshot.workers + 1));
  }
  return true;
}

bool Server::BindOne(const snapshot::ListenerConfig& config, std::vector<UniqueFd>* sockets,
                     std::string* error) {
  SocketAddress address = config.address;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    int number = 0;
    // Alone we want to hear that the port is taken; workers share it among themselves.
    Result<UniqueFd> socket = ListenTcp(address, threads_.size() > 1, &number);
    if (!socket) {
      *error = "cannot listen on " + address.text() + ": " + std::strerror(number);
      return false;
    }
    address = LocalAddress(socket->get());  // port 0 was chosen once, for all
    sockets->push_back(std::move(*socket));
  }
  return true;
}

bool Server::Bind(const snapshot::Snapshot& snapshot, std::string_view file,
                  config::Problems* problems,
                  std::vector<std::vector<worker::BoundListener>>* per_worker) {
  per_worker->resize(threads_.size());
  absl::flat_hash_map<std::string, SocketAddress> bound;
  absl::flat_hash_map<std::string, SocketAddress> configured;
  bool all = true;
  for (const auto& config : snapshot.listeners) {
    const auto old = configured_.find(config->name);
    configured[config->name] = config->address;
    if (old != configured_.end() && old->second == config->address) {
      bound[config->name] = bound_[config->name];
      continue;
    }
    std::vector<UniqueFd> sockets;
    std::string error;
    if (!BindOne(*config, &sockets, &error)) {
      problems->Error(file, 0, "listeners[" + config->name + "].address", error);
      all = false;
      continue;
    }
    bound[config->name] = LocalAddress(sockets.front().get());
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      worker::BoundListener binding{config->name, {}};
      binding.sockets.push_back(std::move(sockets[i]));
      for (const auto& [name, fd] : options_.inherited_sockets) {
        if (name == config->name) binding.sockets.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 3));
      }
      (*per_worker)[i].push_back(std::move(binding));
    }
  }
  if (all) {
    bound_ = std::move(bound);
    configured_ = std::move(configured);
  }
  return all;
}

SocketAddress Server::ListenerAddress(std::string_view name) const {
  const auto it = bound_.find(AbslView(name));
  return it == bound_.end() ? SocketAddress() : it->second;
}

SocketAddress Server::ServiceAddress(std::string_view name) const {
  if (own_ports_ == nullptr) return {};
  if (name == "admin") return own_ports_->admin.address();
  if (name == "health") return own_ports_->health.address();
  if (name == "stats") return own_ports_->stats.address();
  return own_ports_->agent.address();
}

void Server::AskWorker(std::size_t index, std::function<std::string(worker::Worker&)> ask,
                       std::function<void(std::string)> answer) {
  WorkerThread& thread = *threads_[index];
  thread.loop.Post([this, &thread, ask = std::move(ask), answer = std::move(answer)] {
    loop_.Post([answer, text = ask(thread.worker)] { answer(text); });
  });
}

void Server::BeginDrain() {
  if (draining_) return;
  draining_ = true;
  Log(LogLevel::kInfo, "server", "draining");
  for (const auto& thread : threads_) {
    thread->loop.Post([t = thread.get()] { t->worker.Drain(); });
  }
}

void Server::Drain(std::function<void()> done) {
  if (drained_) return;
  BeginDrain();
  drained_ = std::move(done);
  drain_deadline_ =
      loop_.Now() + (snapshot_ == nullptr ? Duration::zero() : snapshot_->drain_timeout);
  for (const auto& thread : threads_) thread->connections.store(kUnknown);
  CheckDrained();
}

/// Asks every worker how many connections it has left; looks at the answers at the next check.
void Server::CheckDrained() {
  std::size_t left = 0;
  for (const auto& thread : threads_) {
    const std::size_t there = thread->connections.load();
    left = there == kUnknown || left == kUnknown ? kUnknown : left + there;
  }
  idle_checks_ = left == 0 ? idle_checks_ + 1 : 0;
  if (idle_checks_ >= kIdleChecksToLeave || loop_.Now() >= drain_deadline_ || threads_.empty()) {
    if (left != 0)
      Log(LogLevel::kWarning, "server", "the drain timeout is over; cutting what is left");
    Stop();
    if (drained_) drained_();
    return;
  }
  for (const auto& thread : threads_) {
    thread->loop.Post([t = thread.get()] { t->connections.store(t->worker.active()); });
  }
  loop_.timers().Arm(*drain_timer_, loop_.Now() + kDrainCheck);
}

void Server::Stop() {
  if (stopped_) return;
  stopped_ = true;
  draining_ = true;
  drain_timer_->Disarm();
  threads_.clear();
}

}  // namespace outrigger::server
