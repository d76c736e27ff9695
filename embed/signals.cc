#include "embed/signals.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace outrigger::embed {
namespace {

std::atomic<int> stop_fd = -1;  // lock-free, so a signal handler may read it

void OnSignal(int /*number*/) {
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(stop_fd, &one, sizeof one);
  errno = saved;
}

int Install() {
  stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  return stop_fd;
}

}  // namespace

int StopSignal() {
  static const int fd = Install();
  return fd;
}

}  // namespace outrigger::embed
