#include "base/task_scope.h"

#include <atomic>
#include <cstdio>

#include "base/event_loop.h"

namespace outrigger {

namespace {
std::atomic<std::uint64_t> escaped_exceptions{0};

void ReportEscape(const std::exception_ptr& exception) {
  escaped_exceptions.fetch_add(1, std::memory_order_relaxed);
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bug: a task ended by an exception: %s\n", e.what());
  } catch (...) {
    std::fprintf(stderr, "bug: a task ended by an exception of unknown type\n");
  }
}
}  // namespace

std::uint64_t EscapedExceptions() { return escaped_exceptions.load(std::memory_order_relaxed); }

/// The coroutine at the bottom of every task. It owns the TaskContext and destroys itself at its
/// end.
struct TaskScope::Root {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language looks for this name
    static void* operator new(std::size_t size) { return internal::AllocateFrame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept {
      internal::FreeFrame(frame, size);
    }

    promise_type(TaskScope& owner, Awaitable<void>&) : scope(owner) {
      own_context.loop = &owner.loop_;
      next = static_cast<promise_type*>(owner.tasks_);
      if (next != nullptr) next->previous = this;
      owner.tasks_ = this;
    }
    ~promise_type() { scope.Remove(this); }
    Root get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { ReportEscape(std::current_exception()); }

    TaskScope& scope;
    TaskContext own_context;
    TaskContext* context = &own_context;  // the name Awaitable looks for
    LeafWait* start_slot = nullptr;
    promise_type* next = nullptr;
    promise_type* previous = nullptr;
  };
};

namespace {

/// Suspends the root until the loop reaches it in the ready queue, so that Spawn() never runs
/// foreign code. An interrupt does not shorten it: a task always gets to run its first lines.
struct StartLater {
  LeafWait wait;
  explicit StartLater(LeafWait** slot) : wait(slot, [](void*) { return false; }) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    wait.await_suspend(handle);
    wait.Complete();
    return true;
  }
  void await_resume() const noexcept {}
};

struct YieldOnce {
  YieldOnce() : wait(&slot) {}  // GCC 12 cannot build this aggregate inside a coroutine
  LeafWait* slot = nullptr;
  LeafWait wait;
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (!wait.await_suspend(handle)) return false;
    wait.Complete();
    return true;
  }
  Result<void> await_resume() noexcept { return wait.await_resume(); }
};

class Alarm final : public Timer {
 public:
  WaitPoint rang;

 private:
  void OnTimer() override { rang.Notify(); }
};

}  // namespace

TaskScope::~TaskScope() { assert(tasks_ == nullptr); }

TaskScope::Root TaskScope::RunRoot(TaskScope& /*scope*/, Awaitable<void> task) {
  LeafWait* slot = nullptr;
  co_await StartLater(&slot);
  co_await std::move(task);
}

void TaskScope::Spawn(Awaitable<void> task) { RunRoot(*this, std::move(task)); }

void TaskScope::Remove(void* promise) {
  auto* gone = static_cast<Root::promise_type*>(promise);
  if (gone->previous != nullptr) {
    gone->previous->next = gone->next;
  } else {
    tasks_ = gone->next;
  }
  if (gone->next != nullptr) gone->next->previous = gone->previous;
  if (tasks_ == nullptr) all_done_.Notify();
}

void TaskScope::Stop() { Stop({ErrorCode::kStopped, Side::kLocal, "task stopped"}); }

void TaskScope::Stop(Error why) {
  for (auto* task = static_cast<Root::promise_type*>(tasks_); task != nullptr; task = task->next) {
    task->own_context.Interrupt(why);
  }
}

Awaitable<void> TaskScope::Join() {
  const auto pass_on = [](void* self) {
    static_cast<TaskScope*>(self)->Stop();
    return false;
  };
  while (tasks_ != nullptr) co_await all_done_.Wait(pass_on, this);
}

void ScopedTimeout::Set(MonotonicTime deadline, Error error) {
  Clear();
  reason_.error = error;
  task_.loop->timers().Arm(*this, deadline);
}

void ScopedTimeout::Clear() {
  Disarm();
  if (!fired_) return;
  fired_ = false;
  PassingInterrupt** link = &task_.timeouts;
  while (*link != &reason_) link = &(*link)->next;
  *link = reason_.next;
  reason_.next = nullptr;
}

void ScopedTimeout::OnTimer() {
  fired_ = true;
  PassingInterrupt** link = &task_.timeouts;
  while (*link != nullptr) link = &(*link)->next;
  *link = &reason_;  // others that fired before are still reported first
  if (task_.waiting != nullptr) task_.waiting->Interrupt(*task_.interrupt());
}

Awaitable<Result<void>> SleepUntil(EventLoop& loop, MonotonicTime deadline) {
  Alarm alarm;
  loop.timers().Arm(alarm, deadline);
  co_return co_await alarm.rang.Wait();
}

Awaitable<Result<void>> Yield() {
  YieldOnce turn;
  co_return co_await turn;
}

}  // namespace outrigger
