#include "local/reaper.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <cerrno>
#include <utility>

namespace outrigger::local {

void BlockSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Reaper::~Reaper() {
  if (signals_) loop_.Unwatch(signals_.get());
}

absl::Status Reaper::Start() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  signals_.Reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) return absl::ErrnoToStatus(errno, "cannot wait for child processes");
  loop_.Watch(signals_.get(), POLLIN, [this](short) { Reap(); });
  return absl::OkStatus();
}

void Reaper::Reap() {
  signalfd_siginfo info{};
  // One signal may stand for many children, so the descriptor is drained first and the children
  // asked for after.
  while (::read(signals_.get(), &info, sizeof info) > 0) {
  }
  int status = 0;
  for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0;
       pid = ::waitpid(-1, &status, WNOHANG)) {
    const auto it = expected_.find(pid);
    if (it == expected_.end()) continue;
    const OnExit on_exit = std::move(it->second);
    expected_.erase(it);
    on_exit(status);
  }
}

}  // namespace outrigger::local
