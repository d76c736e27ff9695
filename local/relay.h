#pragma once

#include <cstdint>
#include <list>
#include <memory>

#include "local/ipv4.h"
#include "local/poll_loop.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Carries connections from listening sockets outside the node to one address inside, byte for byte
/// in both directions: how Prometheus is reached without a way into the node's network. At most 64
/// connections at a time, 64 KiB in flight each way; more callers wait in the backlog.
class Relay {
 public:
  Relay(PollLoop& loop, Ipv4 address, std::uint16_t port);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Accepts from a listening socket, which becomes ours.
  void Serve(UniqueFd listener);

 private:
  struct Connection;
  void Accept(int listener);
  void Pump(Connection& connection);
  void Rearm(Connection& connection);
  void WatchListeners(bool on);
  void End(Connection& connection);

  PollLoop& loop_;
  Ipv4 address_;
  std::uint16_t port_;
  std::list<UniqueFd> listeners_;
  std::list<std::unique_ptr<Connection>> connections_;
};

}  // namespace outrigger::local
