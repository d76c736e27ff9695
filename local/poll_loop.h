#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace outrigger::local {

/// The one thread of the node and of the supervisor: poll(2) over a few dozen descriptors, plus
/// timers. The local mesh carries no traffic of the apps, so readiness callbacks are all it needs.
///
/// Not thread-safe. Handlers may watch, unwatch, set and cancel timers, and stop the loop.
class PollLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using FdHandler = std::function<void(short events)>;  ///< poll(2)'s revents
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;  ///< 0 is never given out

  PollLoop() = default;
  PollLoop(const PollLoop&) = delete;
  PollLoop& operator=(const PollLoop&) = delete;

  /// Calls `handler` whenever one of `events` (POLLIN, POLLOUT; errors always count) holds for
  /// `fd`. Watching a descriptor again replaces what was there. The caller keeps the descriptor
  /// open until it has called Unwatch.
  void Watch(int fd, short events, FdHandler handler);
  void Unwatch(int fd);

  /// Runs `task` once, not before `delay` has passed.
  TimerId After(std::chrono::milliseconds delay, Task task);
  /// Forgets a timer; an id that has fired, or 0, is fine.
  void Cancel(TimerId id);

  /// Serves until Stop.
  void Run();
  void Stop() { stopped_ = true; }

 private:
  struct Watched {
    short events = 0;
    std::shared_ptr<FdHandler> handler;  // kept alive while it runs, even when it unwatches itself
  };
  struct Timer {
    TimerId id = 0;
    Task task;
  };

  [[nodiscard]] int PollTimeout() const;
  void RunDueTimers();
  void PollOnce();

  std::map<int, Watched> watched_;
  std::multimap<Clock::time_point, Timer> timers_;
  TimerId next_timer_ = 1;
  bool stopped_ = false;
};

}  // namespace outrigger::local
