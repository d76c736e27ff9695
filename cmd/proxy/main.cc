#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/log.h"
#include "cmd/proxy/options.h"
#include "filters/register_all.h"
#include "proxy/config/validate.h"
#include "proxy/server/config_file.h"
#include "proxy/server/server.h"

#ifndef OUTRIGGER_VERSION
#define OUTRIGGER_VERSION "unknown"
#endif

namespace outrigger::cmd {

namespace {

/// SIGTERM and SIGINT drain, a second one ends at once; SIGHUP reads the configuration again.
/// Blocked in every thread, read from a descriptor on the main loop.
class Signals final : private FdHandler {
 public:
  Signals(EventLoop& loop, std::function<void(int)> on_signal)
      : loop_(loop), on_signal_(std::move(on_signal)) {
    sigset_t set;
    Fill(&set);
    fd_ = UniqueFd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    (void)loop_.WatchReadable(fd_.get(), *this);
  }
  ~Signals() override { loop_.Unwatch(fd_.get(), *this); }

  /// Before the first thread is made.
  static void Block() {
    sigset_t set;
    Fill(&set);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }

 private:
  static void Fill(sigset_t* set) {
    sigemptyset(set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(set, number);
  }
  void OnFdEvents(std::uint32_t /*events*/) override {
    signalfd_siginfo info{};
    while (read(fd_.get(), &info, sizeof info) == sizeof info)
      on_signal_(static_cast<int>(info.ssi_signo));
  }

  EventLoop& loop_;
  UniqueFd fd_;
  std::function<void(int)> on_signal_;
};

/// The configuration file and the server it feeds.
class Proxy {
 public:
  Proxy(EventLoop& loop, const ProxyOptions& options, const stream::FilterRegistry& filters)
      : loop_(loop),
        options_(options),
        server_(loop, filters,
                {.inherited_sockets = options.sockets, .build_version = OUTRIGGER_VERSION}),
        file_(loop, options.config_file, [this] { Load(); }),
        signals_(loop, [this](int number) { OnSignal(number); }) {}

  int Run() {
    const bool watched = file_.Watch();
    if (!watched)
      Log(LogLevel::kWarning, "config", "cannot watch the folder of " + options_.config_file);
    Load();
    // A pod's proxy may start before its configuration is written; anything else that is wrong at
    // the start is final.
    if (server_.snapshot() == nullptr &&
        (access(options_.config_file.c_str(), F_OK) == 0 || !watched))
      return 1;
    loop_.Run();
    return 0;
  }

 private:
  void Load() {
    std::string text;
    std::string error;
    if (!server::ConfigFile::Read(options_.config_file, &text, &error)) {
      Log(LogLevel::kError, "config", error);
      return;
    }
    v1::ProxyConfig config;
    config::Problems problems;
    const bool accepted = config::ReadProxyConfig(text, options_.config_file, &config, &problems) &&
                          server_.Apply(config, options_.config_file, &problems);
    for (const config::Problem& problem : problems.items()) {
      Log(problem.severity == config::Severity::kError ? LogLevel::kError : LogLevel::kWarning,
          "config", ToString(problem));
    }
    if (accepted) {
      std::string listening;
      for (const auto& listener : server_.snapshot()->listeners) {
        listening += " " + listener->name + "=" + server_.ListenerAddress(listener->name).text();
      }
      Log(LogLevel::kInfo, "config",
          options_.config_file + " is in force; listening on" + listening);
    } else if (server_.snapshot() != nullptr) {
      Log(LogLevel::kError, "config",
          options_.config_file + " is rejected; the last good configuration stays in force");
    }
  }

  void OnSignal(int number) {
    if (number == SIGHUP) {
      Load();
    } else if (server_.ending()) {
      server_.Stop();
      loop_.Stop();
    } else {
      server_.Drain([this] { loop_.Stop(); });
    }
  }

  EventLoop& loop_;
  const ProxyOptions& options_;
  server::Server server_;
  server::ConfigFile file_;
  Signals signals_;
};

int Serve(const ProxyOptions& options) {
  const auto level = ParseLogLevel(options.log_level);
  if (!level) {
    std::fprintf(stderr, "outrigger-proxy: unknown log level %s\n", options.log_level.c_str());
    return 2;
  }
  SetLogLevel(*level);
  Signals::Block();
  const SystemClock clock;
  EventLoop loop(clock);
  stream::FilterRegistry filters;
  filters::RegisterAll(filters);
  Proxy proxy(loop, options, filters);
  return proxy.Run();
}

int Check(const ProxyOptions& options) {
  std::string text;
  std::string error;
  if (!server::ConfigFile::Read(options.config_file, &text, &error)) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  v1::ProxyConfig config;
  config::Problems problems;
  const bool good = config::ReadProxyConfig(text, options.config_file, &config, &problems);
  std::fputs(problems.ToString().c_str(), stderr);
  if (good) std::printf("%s is valid\n", options.config_file.c_str());
  return good ? 0 : 1;
}

}  // namespace

int ProbeUntilReady(const ProxyOptions& options);
int RequestOnce(const ProxyOptions& options);

int Main(const std::vector<std::string>& arguments) {
  std::string error;
  const auto options = ParseProxyOptions(arguments, std::getenv("OUTRIGGER_CONFIG"), &error);
  if (!options) {
    std::fprintf(stderr, "outrigger-proxy: %s\n", error.c_str());
    return 2;
  }
  switch (options->mode) {
    case ProxyOptions::Mode::kHelp:
      std::fputs(kProxyUsage, stdout);
      return 0;
    case ProxyOptions::Mode::kVersion:
      std::printf("outrigger-proxy %s\n", OUTRIGGER_VERSION);
      return 0;
    case ProxyOptions::Mode::kCheck:
      return Check(*options);
    case ProxyOptions::Mode::kWait:
      return ProbeUntilReady(*options);
    case ProxyOptions::Mode::kRequest:
      return RequestOnce(*options);
    case ProxyOptions::Mode::kServe:
      break;
  }
  return Serve(*options);
}

}  // namespace outrigger::cmd

int main(int argc, char** argv) { return outrigger::cmd::Main({argv + 1, argv + argc}); }
