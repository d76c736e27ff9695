#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/event_loop.h"

namespace outrigger::rpc {

/// Threads for work that blocks, so that no event loop has to. They are started when there is
/// work for them and kept. Thread-safe.
class ThreadPool {
 public:
  /// @param max_threads  jobs that run at once, at least 1
  /// @param max_queued   jobs that wait for a thread; more are refused
  ThreadPool(std::size_t max_threads, std::size_t max_queued);
  /// Drops what waits and joins, so it waits for the jobs that run.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// False: the queue is full. Jobs must not throw.
  [[nodiscard]] bool TrySubmit(std::function<void()> job);

 private:
  void Work();

  const std::size_t max_threads_;
  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_:
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;  // threads without a job
  bool stop_ = false;
};

/// Runs `work` on a thread of `pool` and waits for it without blocking the loop. `pool` must end
/// before `loop` does.
/// @return what `work` returned, or
///   - kOverflow: the pool's queue is full;
///   - the task's interrupt: nobody waits any more. Work that did not begin is skipped; work that
///   did
///     ends in its own time and its result is dropped, so it must own what it uses.
/// What `work` throws comes out of the await.
template <class T>
Awaitable<Result<T>> RunOnThread(ThreadPool& pool, EventLoop& loop, std::function<T()> work) {
  struct Job {
    std::function<T()> work;
    std::optional<T> value;
    std::exception_ptr exception;
    std::atomic<bool> abandoned = false;
    // The loop's thread only:
    WaitPoint* waiter = nullptr;
    bool done = false;
  };
  WaitPoint done;
  const auto job = std::make_shared<Job>();
  job->work = std::move(work);
  job->waiter = &done;
  const auto finish = [job] {
    job->done = true;
    if (job->waiter != nullptr) job->waiter->Notify();
  };
  const bool accepted = pool.TrySubmit([job, finish, &loop] {
    if (job->abandoned.load()) return;
    try {
      job->value.emplace(job->work());
    } catch (...) {
      job->exception = std::current_exception();
    }
    job->work = nullptr;
    loop.Post(finish);
  });
  if (!accepted)
    co_return Error{ErrorCode::kOverflow, Side::kLocal, "the thread pool's queue is full"};
  while (!job->done) {
    const Result<void> waited = co_await done.Wait();
    if (!waited) {
      job->waiter = nullptr;
      job->abandoned.store(true);
      co_return waited.error();
    }
  }
  // Taken out, so that the exception ends on this thread and not with the pool's last reference.
  if (job->exception != nullptr) std::rethrow_exception(std::exchange(job->exception, nullptr));
  co_return std::move(*job->value);
}

}  // namespace outrigger::rpc
