#include "local/poll_loop.h"

#include <poll.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace outrigger::local {

void PollLoop::Watch(int fd, short events, FdHandler handler) {
  watched_[fd] = Watched{events, std::make_shared<FdHandler>(std::move(handler))};
}

void PollLoop::Unwatch(int fd) { watched_.erase(fd); }

PollLoop::TimerId PollLoop::After(std::chrono::milliseconds delay, Task task) {
  const TimerId id = next_timer_++;
  timers_.emplace(Clock::now() + delay, Timer{id, std::move(task)});
  return id;
}

void PollLoop::Cancel(TimerId id) {
  const auto it = std::find_if(timers_.begin(), timers_.end(),
                               [id](const auto& entry) { return entry.second.id == id; });
  if (it != timers_.end()) timers_.erase(it);
}

void PollLoop::Run() {
  stopped_ = false;
  while (!stopped_) {
    PollOnce();
    RunDueTimers();
  }
}

int PollLoop::PollTimeout() const {
  if (timers_.empty()) return -1;
  const auto wait =
      std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000));
}

void PollLoop::RunDueTimers() {
  const auto now = Clock::now();  // once: a task that sets a zero timer waits for the next turn
  while (!stopped_ && !timers_.empty() && timers_.begin()->first <= now) {
    const auto first = timers_.begin();
    const Task task = std::move(first->second.task);
    timers_.erase(first);
    task();
  }
}

void PollLoop::PollOnce() {
  std::vector<pollfd> fds;
  fds.reserve(watched_.size());
  for (const auto& [fd, watched] : watched_) fds.push_back(pollfd{fd, watched.events, 0});
  if (::poll(fds.data(), fds.size(), PollTimeout()) <= 0) return;
  for (const pollfd& ready : fds) {
    if (ready.revents == 0 || stopped_) continue;
    const auto it = watched_.find(ready.fd);
    if (it == watched_.end()) continue;  // an earlier handler of this turn unwatched it
    const std::shared_ptr<FdHandler> handler = it->second.handler;
    (*handler)(ready.revents);
  }
}

}  // namespace outrigger::local
