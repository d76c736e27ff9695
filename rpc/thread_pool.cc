#include "rpc/thread_pool.h"

#include <algorithm>

namespace outrigger::rpc {

ThreadPool::ThreadPool(std::size_t max_threads, std::size_t max_queued)
    : max_threads_(std::max<std::size_t>(1, max_threads)), max_queued_(max_queued) {}

ThreadPool::~ThreadPool() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool ThreadPool::TrySubmit(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t may_start = max_threads_ - threads_.size();
    // A job that an idle or a new thread takes at once does not count as waiting.
    if (stop_ || queue_.size() >= max_queued_ + idle_ + may_start) return false;
    queue_.push_back(std::move(job));
    if (queue_.size() > idle_ && may_start > 0) {
      ++idle_;
      threads_.emplace_back([this] { Work(); });
    }
  }
  wake_.notify_one();
  return true;
}

void ThreadPool::Work() {
  std::unique_lock lock(mutex_);
  while (true) {  // counted as idle here, from its birth on
    wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    --idle_;
    if (stop_) return;
    std::function<void()> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it captured goes before the lock comes back
    lock.lock();
    ++idle_;
  }
}

}  // namespace outrigger::rpc
