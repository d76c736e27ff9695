#pragma once

#include "base/awaitable.h"
#include "base/clock.h"
#include "base/timer_wheel.h"

namespace outrigger {

/// Owns tasks: the one place where a coroutine becomes one that runs by itself. Tasks of a scope
/// may use whatever outlives the scope, because the owner joins before it goes.
///
///   TaskScope streams(loop);
///   streams.Spawn(Serve(std::move(stream)));
///   co_await streams.Join();     // past this line no task of the scope exists
class TaskScope {
 public:
  explicit TaskScope(EventLoop& loop) : loop_(loop) {}
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope();  ///< asserts that no task is left

  /// Runs `task` from the next turn of the ready queue on. An exception that leaves it is a bug: it
  /// is logged with `what` and counted, and the task ends.
  void Spawn(Awaitable<void> task);
  /// Interrupts every task with kStopped; they end in their own time.
  void Stop();
  /// Interrupts every task with `why`.
  void Stop(Error why);
  /// Waits for all tasks. Cannot fail: when the joining task is interrupted itself, it passes that
  /// on to the tasks of the scope and still waits for them.
  Awaitable<void> Join();
  [[nodiscard]] bool empty() const { return tasks_ == nullptr; }
  [[nodiscard]] EventLoop& loop() const { return loop_; }

 private:
  struct Root;
  friend struct Root;
  static Root RunRoot(TaskScope& scope, Awaitable<void> task);
  void Remove(void* promise);

  EventLoop& loop_;
  void* tasks_ = nullptr;  // Root::promise_type list
  WaitPoint all_done_;
};

/// Tasks that ended by an exception, in this process (tests assert 0).
std::uint64_t EscapedExceptions();

/// Interrupts the current task with `error` at `deadline`, unless it is destroyed first; taking it
/// back when it goes out of scope. Nest freely: the first to fire is what the wait reports.
///
///   ScopedTimeout timeout(co_await CurrentTask{}, loop.Now() + 10s, {kTimeout, kDownstream,
///   "request head"}); auto got = co_await transport.WaitReadable();   // fails with that error
class ScopedTimeout final : private Timer {
 public:
  /// Not armed: nothing happens until Set().
  explicit ScopedTimeout(TaskContext& task) : task_(task) {}
  ScopedTimeout(TaskContext& task, MonotonicTime deadline, Error error) : task_(task) {
    Set(deadline, error);
  }
  ~ScopedTimeout() override { Clear(); }

  void Set(MonotonicTime deadline, Error error);
  /// Disarms; if it had fired, the task may wait again.
  void Clear();
  [[nodiscard]] bool fired() const { return fired_; }

 private:
  void OnTimer() override;
  TaskContext& task_;
  PassingInterrupt reason_;
  bool fired_ = false;
};

/// Suspends until `deadline`. Fails only with the task's interrupt.
Awaitable<Result<void>> SleepUntil(EventLoop& loop, MonotonicTime deadline);

/// Lets everything else that is ready run first: for long loops that never have to wait.
Awaitable<Result<void>> Yield();

}  // namespace outrigger
