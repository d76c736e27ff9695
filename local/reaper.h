#pragma once

#include <sys/types.h>

#include <functional>
#include <map>

#include "absl/status/status.h"
#include "local/poll_loop.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Waits for child processes on behalf of a loop. As the first process of the node it also reaps
/// whatever is orphaned there. SIGCHLD must be blocked; one per process.
class Reaper {
 public:
  using OnExit = std::function<void(int wait_status)>;

  explicit Reaper(PollLoop& loop) : loop_(loop) {}
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  absl::Status Start();
  /// Calls back from the loop, once, when the child has ended; also when it has already.
  void Expect(pid_t pid, OnExit on_exit) { expected_[pid] = std::move(on_exit); }
  /// Reaps without telling anybody.
  void Forget(pid_t pid) { expected_.erase(pid); }

 private:
  void Reap();

  PollLoop& loop_;
  UniqueFd signals_;
  std::map<pid_t, OnExit> expected_;
};

/// Blocks the signals that a loop receives through descriptors. Before any child is started.
void BlockSignals();

}  // namespace outrigger::local
