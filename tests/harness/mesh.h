#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/memory_transport.h"
#include "metrics/registry.h"
#include "proxy/worker/worker.h"

namespace outrigger::harness {

/// The test's end of a connection in memory: bytes in, bytes out, no waiting.
class Wire {
 public:
  Wire(EventLoop& loop, std::unique_ptr<MemoryTransport> end)
      : loop_(&loop), end_(std::move(end)) {}

  /// Sends everything (the other side must have room) and lets the proxy work until nothing is
  /// runnable.
  void Send(std::string_view bytes);
  /// What arrived since the last call.
  std::string Received();
  /// FIN; Received() still works.
  void Finish();
  /// Gone, with FIN or (`reset`) RST.
  void Close(bool reset = false);
  /// The proxy closed or cut the connection.
  [[nodiscard]] bool closed_by_proxy() const { return end_ != nullptr && end_->peer_closed(); }
  [[nodiscard]] MemoryTransport& transport() { return *end_; }

 private:
  EventLoop* loop_;
  std::unique_ptr<MemoryTransport> end_;
};

/// A network of endpoints that the proxy can dial. By default everything is accepted.
class MemoryNetwork final : public Dialer {
 public:
  enum class Behaviour { kAccept, kRefuse, kHang };
  explicit MemoryNetwork(EventLoop& loop) : loop_(loop) {}
  void Set(const std::string& address, Behaviour behaviour) { behaviours_[address] = behaviour; }
  /// The oldest connection made to `address` that was not taken yet; a test failure when there is
  /// none.
  Wire Accept(const std::string& address);
  [[nodiscard]] std::size_t waiting(const std::string& address) {
    return accepted_[address].size();
  }
  [[nodiscard]] std::size_t dials() const { return dials_; }
  /// The proxy's ends of connections fail on their `n`th operation.
  void FailOnOperation(std::size_t n) { fail_on_ = n; }
  void set_capacity(std::size_t bytes) { capacity_ = bytes; }

  Awaitable<Result<std::unique_ptr<Transport>>> Dial(DialOptions options) override;

 private:
  EventLoop& loop_;
  std::map<std::string, Behaviour> behaviours_;
  std::map<std::string, std::deque<std::unique_ptr<MemoryTransport>>> accepted_;
  std::size_t dials_ = 0;
  std::size_t fail_on_ = 0;
  std::size_t capacity_ = 64 * 1024;
};

/// One worker in virtual time over a memory network: the real data path from an accepted connection
/// to the metrics.
///
///   Mesh mesh(R"(listeners: ...)");             // a ProxyConfig
///   Wire client = mesh.Connect("web");
///   client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
///   Wire server = mesh.network().Accept("10.0.0.1:80");
class Mesh {
 public:
  explicit Mesh(std::string_view yaml);
  ~Mesh();

  /// A new connection to `listener`; `meant` is its original destination (capture listeners).
  Wire Connect(const std::string& listener, const std::string& meant = {}, std::size_t fail_on = 0);
  /// Another configuration for new streams.
  void Apply(std::string_view yaml);
  /// Moves the clock in one-millisecond steps' worth of timers and runs what becomes runnable.
  void Advance(Duration by);
  MemoryNetwork& network() { return network_; }
  worker::Worker& worker() { return worker_; }
  EventLoop& loop() { return loop_; }
  /// The sum of all series named `name` whose labels contain each of `labels` (`key="value"`).
  double Counter(std::string_view name, std::initializer_list<std::string_view> labels = {});

 private:
  ManualClock clock_;
  EventLoop loop_{clock_};
  MemoryNetwork network_{loop_};
  metrics::Registry registry_;
  stream::FilterRegistry filters_;
  worker::Worker worker_;
};

}  // namespace outrigger::harness
