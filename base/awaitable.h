#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"

/// Coroutines of one thread. An `Awaitable<T>` is lazy: it runs when it is awaited (or handed to a
/// TaskScope) and belongs to whoever holds it. A chain of awaits from a TaskScope down to the place
/// that waits is a *task*; it has one TaskContext, through which it can be interrupted.
/// docs/adr/0001 says why this is ours and not Asio's.
///
/// Rules: nothing here is thread-safe; a task never leaves its EventLoop. A suspended task is
/// resumed by the loop alone, never from inside another task, so a Notify() cannot run somebody
/// else's code.
namespace outrigger {

class EventLoop;
class LeafWait;

/// A reason to end that can be taken back: a timeout that fired and still stands.
struct PassingInterrupt {
  Error error;
  PassingInterrupt* next = nullptr;
};

/// What all coroutines of one task share. Owned by TaskScope's root coroutine (or a test).
struct TaskContext {
  EventLoop* loop = nullptr;
  /// Why the task was asked to end, or null. A level, not an edge: every later wait fails at once
  /// with this error until the reason is gone. Being stopped never goes; a timeout goes with its
  /// scope.
  [[nodiscard]] const Error* interrupt() const {
    if (stop_reason) return &*stop_reason;
    return timeouts == nullptr ? nullptr : &timeouts->error;
  }
  std::optional<Error> stop_reason;
  PassingInterrupt* timeouts = nullptr;  ///< in the order they fired
  /// Where the task is suspended; null while it runs or is about to.
  LeafWait* waiting = nullptr;

  /// Asks the task to end: its current wait, and every later one, fails with `why`. A first reason
  /// stays. Safe to call on a task that is about to resume or already ended its waits.
  void Interrupt(Error why);
};

namespace internal {

/// Coroutine frames come and go with every request; this keeps them in per-thread free lists.
void* AllocateFrame(std::size_t size);
void FreeFrame(void* frame, std::size_t size) noexcept;

class PromiseBase {
 public:
  static void* operator new(std::size_t size) { return AllocateFrame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { FreeFrame(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      // A child that finished before its parent suspended returns into the parent's await_suspend,
      // which is still on the stack: long loops of ready awaits do not grow it, in any build mode.
      return promise.parent_suspended ? promise.continuation : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }

  TaskContext* context = nullptr;
  std::coroutine_handle<> continuation;
  bool parent_suspended = false;
  std::exception_ptr exception;
};

template <class T>
class Promise;

}  // namespace internal

template <class T = void>
class [[nodiscard]] Awaitable {
 public:
  using promise_type = internal::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Awaitable(Handle handle) noexcept : handle_(handle) {}
  Awaitable(Awaitable&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Awaitable& operator=(Awaitable&& other) noexcept {
    if (this != &other) {
      Destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Awaitable() { Destroy(); }

  bool await_ready() const noexcept { return false; }
  template <class ParentPromise>
  bool await_suspend(std::coroutine_handle<ParentPromise> parent) {
    internal::PromiseBase& promise = handle_.promise();
    promise.context = parent.promise().context;
    promise.continuation = parent;
    handle_.resume();
    if (handle_.done()) return false;
    promise.parent_suspended = true;
    return true;
  }
  T await_resume() { return handle_.promise().Take(); }

 private:
  void Destroy() {
    if (handle_) handle_.destroy();
  }
  Handle handle_;
};

namespace internal {

template <class T>
class Promise : public PromiseBase {
 public:
  Awaitable<T> get_return_object() {
    return Awaitable<T>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T Take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Awaitable<void> get_return_object() {
    return Awaitable<void>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  void return_void() noexcept {}
  void Take() {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace internal

/// One suspension at the end of a chain of awaits. Lives in the coroutine frame; whoever can end
/// the wait holds its address in a *slot* (`LeafWait*`), which is cleared when the wait ends.
class LeafWait {
 public:
  /// Called when the task is interrupted while it waits here. Returning false keeps it waiting.
  using OnInterrupt = bool (*)(void* owner);

  LeafWait(LeafWait** slot, OnInterrupt on_interrupt = nullptr, void* owner = nullptr) noexcept
      : slot_(slot), on_interrupt_(on_interrupt), owner_(owner) {}
  /// A wait for `*condition`, which is looked at once more before the task suspends.
  LeafWait(LeafWait** slot, const bool* condition) noexcept : slot_(slot), condition_(condition) {}
  LeafWait(const LeafWait&) = delete;
  LeafWait& operator=(const LeafWait&) = delete;
  ~LeafWait() {
    // A frame destroyed while it waits would leave a dangling slot; TaskScope's join excludes it.
    assert(context_ == nullptr || context_->waiting != this);
  }

  bool await_ready() const noexcept { return false; }
  template <class ParentPromise>
  bool await_suspend(std::coroutine_handle<ParentPromise> parent) {
    return Suspend(parent.promise().context, parent);
  }
  Result<void> await_resume() noexcept {
    if (error_) return *error_;
    return {};
  }

  /// Ends the wait; the loop resumes the task in this turn. Clears the slot.
  void Complete(std::optional<Error> error = std::nullopt);
  void Interrupt(const Error& why);
  void Resume() { handle_.resume(); }

  LeafWait* next_ready = nullptr;  ///< the loop's ready queue

 private:
  bool Suspend(TaskContext* context, std::coroutine_handle<> handle);

  LeafWait** slot_;
  OnInterrupt on_interrupt_ = nullptr;
  void* owner_ = nullptr;
  const bool* condition_ = nullptr;
  TaskContext* context_ = nullptr;
  std::coroutine_handle<> handle_;
  std::optional<Error> error_;
};

/// A condition that one task can wait for.
class WaitPoint {
 public:
  WaitPoint() = default;
  WaitPoint(const WaitPoint&) = delete;
  WaitPoint& operator=(const WaitPoint&) = delete;
  ~WaitPoint() { assert(waiter_ == nullptr); }

  /// `co_await point.Wait()` ends with success at the next Notify(), or with the task's interrupt.
  /// At most one task at a time. Callers loop: the condition is theirs to re-check.
  [[nodiscard]] LeafWait Wait() noexcept {
    assert(waiter_ == nullptr);
    return LeafWait(&waiter_);
  }
  /// As Wait(), but does not suspend when `condition` holds already: whoever sets it may have done
  /// so while nobody waited.
  [[nodiscard]] LeafWait WaitUntil(const bool& condition) noexcept {
    assert(waiter_ == nullptr);
    return LeafWait(&waiter_, &condition);
  }
  /// As Wait(), but an interrupt calls `on_interrupt(owner)` first, which may keep the task
  /// waiting.
  [[nodiscard]] LeafWait Wait(LeafWait::OnInterrupt on_interrupt, void* owner) noexcept {
    assert(waiter_ == nullptr);
    return LeafWait(&waiter_, on_interrupt, owner);
  }
  /// Wakes the waiting task, if any. Not remembered.
  void Notify() {
    if (waiter_ != nullptr) waiter_->Complete();
  }
  [[nodiscard]] bool waiting() const { return waiter_ != nullptr; }

 private:
  LeafWait* waiter_ = nullptr;
};

/// `TaskContext& self = co_await CurrentTask{};`: the task this coroutine runs in.
struct CurrentTask {
  bool await_ready() const noexcept { return false; }
  template <class ParentPromise>
  bool await_suspend(std::coroutine_handle<ParentPromise> parent) noexcept {
    context = parent.promise().context;
    return false;
  }
  TaskContext& await_resume() const noexcept { return *context; }
  TaskContext* context = nullptr;
};

}  // namespace outrigger
