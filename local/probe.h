#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "local/ipv4.h"
#include "local/pod_spec.h"
#include "local/poll_loop.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Runs a command inside the container and says later whether it ended with 0. The returned
/// function gives up on it.
using RunCommand = std::function<std::function<void()>(const ExecCommand& command,
                                                       std::function<void(bool)> done)>;

/// One attempt of a probe, or a lifecycle hook, from the node, as a kubelet makes it: GET (200 to
/// 399 is success), a TCP connect, or a command. Calls back once, from the loop, also when time is
/// up; not after it is destroyed.
class ProbeAttempt {
 public:
  ProbeAttempt(PollLoop& loop, Ipv4 pod, const ProbeAction& action,
               std::chrono::milliseconds timeout, const RunCommand& run,
               std::function<void(bool)> done);
  ~ProbeAttempt();
  ProbeAttempt(const ProbeAttempt&) = delete;
  ProbeAttempt& operator=(const ProbeAttempt&) = delete;

 private:
  void Connect(Ipv4 address, std::uint16_t port);
  void OnConnected();
  void OnReadable();
  void Finish(bool success);

  PollLoop& loop_;
  std::function<void(bool)> done_;
  UniqueFd socket_;
  std::string request_;  // empty: connecting is all
  std::string response_;
  PollLoop::TimerId timer_ = 0;
  std::function<void()> cancel_command_;
};

/// A probe over the life of a container: attempts at its period with thresholds. Until the first
/// success it asks every 25 ms for the first ten seconds, without initial delay and without
/// counting failures: a mesh on a laptop should be up when it is up, not at the next full second.
class Prober {
 public:
  enum class Verdict { kPassed, kFailed };
  using OnVerdict = std::function<void(Verdict)>;  ///< each time the verdict changes

  struct Target {
    PollLoop& loop;
    Ipv4 pod;
    RunCommand run;
  };
  /// @param eager  Ask quickly at first; false for liveness probes, whose failure kills.
  Prober(const Target& target, const ProbeSpec& spec, bool eager, OnVerdict on_verdict);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

 private:
  void Schedule(std::chrono::milliseconds delay);
  void Attempt();
  void OnResult(bool success);
  [[nodiscard]] bool Eager() const;

  Target target_;
  const ProbeSpec spec_;
  const bool eager_;
  OnVerdict on_verdict_;
  const PollLoop::Clock::time_point start_ = PollLoop::Clock::now();
  PollLoop::TimerId timer_ = 0;
  std::unique_ptr<ProbeAttempt> attempt_;
  int successes_ = 0;
  int failures_ = 0;
  bool passed_once_ = false;
  std::optional<Verdict> verdict_;
};

}  // namespace outrigger::local
