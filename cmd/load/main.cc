// outrigger-load: sends HTTP/1.1 requests at fixed arrival times (or as fast as answers come) and
// reports every latency. Ends early, with its report, on SIGINT or SIGTERM.
//
// Exit status: 0 the run took place, 1 nothing was answered (or --check found a failure), 2 bad
// arguments.

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <iostream>

#include "cmd/load/command_line.h"
#include "cmd/load/runner.h"

namespace {

using namespace outrigger::load;

std::atomic<bool> g_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch it");

void Stop(int /*signal*/) { g_stop.store(true, std::memory_order_relaxed); }

void AllowManyConnections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool Succeeded(const CommandLine& command, const TargetResult& total) {
  if (total.answered() == 0) return false;
  if (!command.check) return true;
  return total.failed() == 0 && total.statuses.lower_bound(400) == total.statuses.end();
}

int RunCommand(const CommandLine& command) {
  AllowManyConnections();
  std::signal(SIGINT, Stop);
  std::signal(SIGTERM, Stop);
  const auto result = Run(command.plan, g_stop);
  if (!result.ok()) {
    std::cerr << "outrigger-load: " << result.status().message() << '\n';
    return 1;
  }
  std::cout << (command.format == Format::kJson ? ToJson(command.plan, *result)
                                                : ToText(command.plan, *result));
  return Succeeded(command, result->Total()) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = ParseCommandLine(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto* exit = std::get_if<Exit>(&parsed)) {
    (exit->status == 0 ? std::cout : std::cerr) << exit->text;
    return exit->status;
  }
  return RunCommand(std::get<CommandLine>(parsed));
}
