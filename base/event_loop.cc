#include "base/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace outrigger {

namespace {
constexpr int kMaxEventsPerTurn = 256;
constexpr Duration kStall = std::chrono::milliseconds(50);
}  // namespace

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      now_(clock.Now()),
      timers_(now_),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      events_(kMaxEventsPerTurn) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;  // the wake-up
  if (epoll_fd_ < 0 || wake_fd_ < 0 || epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "event loop");  // start-up only
  }
}

EventLoop::~EventLoop() {
  close(wake_fd_);
  close(epoll_fd_);
}

void EventLoop::Run() {
  while (!stop_.load(std::memory_order_acquire)) RunOnce(true);
}

void EventLoop::RunUntilIdle() {
  while (RunOnce(false)) {
  }
}

void EventLoop::Stop() {
  stop_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);
}

void EventLoop::Post(std::function<void()> function) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(function));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);
}

bool EventLoop::Watch(int fd, FdHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool EventLoop::WatchReadable(int fd, FdHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::Unwatch(int fd, FdHandler& handler) {
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  for (int i = next_dispatch_; i < dispatching_; ++i) {
    epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
}

void EventLoop::MakeReady(LeafWait* wait) {
  wait->next_ready = nullptr;
  *ready_tail_ = wait;
  ready_tail_ = &wait->next_ready;
}

bool EventLoop::RunOnce(bool may_block) {
  const bool ready = ready_head_ != nullptr;
  const int count = epoll_wait(epoll_fd_, events_.data(), kMaxEventsPerTurn,
                               ready || !may_block ? 0 : TimeoutMs());
  now_ = clock_.Now();
  dispatching_ = std::max(count, 0);  // a timer may unwatch a handler whose event waits here
  const std::size_t timers_before = timers_.size();
  timers_.Advance(now_);
  bool worked = ready || timers_.size() != timers_before;
  if (count > 0) {
    worked = true;
    Dispatch(count);
  }
  worked = worked || ready_head_ != nullptr;
  RunReady();
  if (clock_.runs_by_itself() && clock_.Now() - now_ > kStall)
    stalls_.fetch_add(1, std::memory_order_relaxed);
  return worked;
}

void EventLoop::Dispatch(int count) {
  for (int i = 0; i < count; ++i) {
    next_dispatch_ = i + 1;
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr != nullptr) {
      static_cast<FdHandler*>(event.data.ptr)->OnFdEvents(event.events);
    } else {
      RunPosted();  // the wake-up, or a handler that left during this turn (then nothing is posted)
    }
  }
  dispatching_ = next_dispatch_ = 0;
}

void EventLoop::RunPosted() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(wake_fd_, &count, sizeof count);
  std::vector<std::function<void()>> posted;
  {
    const std::lock_guard lock(posted_mutex_);
    posted.swap(posted_);
  }
  for (const std::function<void()>& function : posted) function();
}

void EventLoop::RunReady() {
  // Only what is ready now: a task that makes itself ready again waits for the next turn, so that
  // timers and sockets are never starved.
  LeafWait* wait = ready_head_;
  ready_head_ = nullptr;
  ready_tail_ = &ready_head_;
  while (wait != nullptr) {
    LeafWait* next = wait->next_ready;  // `wait` dies with its frame when resumed
    wait->Resume();
    wait = next;
  }
}

int EventLoop::TimeoutMs() const {
  const auto wakeup = timers_.NextWakeup();
  if (!wakeup) return -1;
  const Duration left = *wakeup - clock_.Now();
  if (left <= Duration::zero()) return 0;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(ms, 60'000));
}

}  // namespace outrigger
