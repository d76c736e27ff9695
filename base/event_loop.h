#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "base/awaitable.h"
#include "base/clock.h"
#include "base/timer_wheel.h"

namespace outrigger {

/// Someone who wants to hear about a file descriptor.
class FdHandler {
 public:
  virtual ~FdHandler() = default;
  /// Runs on the loop's thread with EPOLL* bits. May close the descriptor and destroy itself.
  virtual void OnFdEvents(std::uint32_t events) = 0;
};

/// One thread's loop: descriptors (epoll, edge-triggered, registered once for their lifetime),
/// timers, tasks that became runnable, and functions posted by other threads.
///
/// Everything but Post() and Stop() belongs to the thread that calls Run(). Time is read once per
/// turn. With a clock that does not run by itself (tests) the loop never sleeps: RunUntilIdle()
/// runs whatever is runnable and returns.
class EventLoop {
 public:
  explicit EventLoop(const Clock& clock);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Turns until Stop().
  void Run();
  /// Turns while anything is runnable without waiting, then returns.
  void RunUntilIdle();
  /// Ends Run() after the current turn. Thread-safe.
  void Stop();
  /// Runs `function` on the loop's thread, in order of posting. Thread-safe. Functions posted
  /// after the last turn are dropped with the loop.
  void Post(std::function<void()> function);

  /// The time of this turn.
  [[nodiscard]] MonotonicTime Now() const { return now_; }
  [[nodiscard]] WallTime WallNow() const { return clock_.WallNow(); }
  [[nodiscard]] TimerWheel& timers() { return timers_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Registers `fd` for reading, writing and hang-up, edge-triggered: a handler works until EAGAIN
  /// (or a short read) before it waits again. False with errno when the kernel refuses.
  [[nodiscard]] bool Watch(int fd, FdHandler& handler);
  /// Level-triggered, reading only: for listening sockets, which several processes may share.
  [[nodiscard]] bool WatchReadable(int fd, FdHandler& handler);
  /// Before the descriptor is closed. Events of this turn that were not delivered yet are dropped.
  void Unwatch(int fd, FdHandler& handler);

  /// Queues a task that ended its wait; see LeafWait.
  void MakeReady(LeafWait* wait);

  /// How often a turn took longer than 50 ms (robustness: event-loop stall). Readable from any
  /// thread.
  [[nodiscard]] std::uint64_t stalls() const { return stalls_.load(std::memory_order_relaxed); }

 private:
  bool RunOnce(bool may_block);
  void RunPosted();
  void RunReady();
  void Dispatch(int count);
  [[nodiscard]] int TimeoutMs() const;

  const Clock& clock_;
  MonotonicTime now_;
  TimerWheel timers_;
  int epoll_fd_;
  int wake_fd_;
  std::vector<epoll_event> events_;
  int dispatching_ = 0;    // events of this turn
  int next_dispatch_ = 0;  // first one not delivered yet
  LeafWait* ready_head_ = nullptr;
  LeafWait** ready_tail_ = &ready_head_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> stalls_{0};
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by posted_mutex_
};

}  // namespace outrigger
