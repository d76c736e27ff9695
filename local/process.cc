#include "local/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "local/container_root.h"
#include "local/unique_fd.h"

namespace outrigger::local {
namespace {

/// The child's side of a start. Single-threaded until exec, so ordinary code is fine here; on
/// failure it tells the parent through the pipe and leaves.
class Child {
 public:
  explicit Child(int report) : report_(report) {}

  [[noreturn]] void Fail(std::string_view what) {
    const std::string text = fmt::format("{}: {}", what, std::strerror(errno));
    (void)!::write(report_, text.data(), text.size());
    ::_exit(127);
  }
  void Need(bool ok, std::string_view what) {
    if (!ok) Fail(what);
  }

  void Enter(int ns, int flag) {
    Need(::setns(ns, flag) == 0, "cannot enter a namespace of the pod");
  }

  /// Descriptors: 0 is /dev/null, 1 and 2 the log, from 3 on what is handed in; all else is gone
  /// after exec.
  void ArrangeDescriptors(const ProcessSpec& spec) {
    std::vector<int> high;
    for (const int fd : spec.inherited) high.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 256));
    const int log = ::fcntl(spec.log >= 0 ? spec.log : STDERR_FILENO, F_DUPFD_CLOEXEC, 256);
    report_ = ::fcntl(report_, F_DUPFD_CLOEXEC, 256);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    Need(null >= 0 && log >= 0 && report_ >= 0, "cannot arrange the descriptors");
    Need(::dup2(null, 0) == 0 && ::dup2(log, 1) == 1 && ::dup2(log, 2) == 2,
         "cannot arrange the descriptors");
    int next = 3;
    for (const int fd : high) Need(::dup2(fd, next++) >= 0, "cannot hand in a socket");
    ::syscall(SYS_close_range, static_cast<unsigned>(next), ~0U, CLOSE_RANGE_CLOEXEC);
  }

  void DropPrivileges(const ProcessSpec& spec) {
    // While still root: the bounding set outlives the change of user.
    const bool root = spec.ids.user == 0;
    Need(::setgroups(0, nullptr) == 0 &&
             ::setresgid(spec.ids.group, spec.ids.group, spec.ids.group) == 0,
         "cannot change the group");
    if (root) Need(LimitCapabilities(spec.capabilities), "cannot limit the capabilities");
    if (!root)
      Need(::setresuid(spec.ids.user, spec.ids.user, spec.ids.user) == 0, "cannot change the user");
    Need(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "cannot set no_new_privs");
  }

  [[noreturn]] void Exec(const ProcessSpec& spec) {
    if (::chdir(spec.working_directory.c_str()) != 0)
      Fail("cannot enter the working directory " + spec.working_directory);
    std::vector<char*> argv;
    std::vector<char*> environment;
    for (const std::string& arg : spec.argv) argv.push_back(const_cast<char*>(arg.c_str()));
    for (const std::string& entry : spec.environment) {
      environment.push_back(const_cast<char*>(entry.c_str()));
      if (entry.starts_with("PATH="))
        ::setenv("PATH", entry.c_str() + 5, 1);  // what execvpe searches
    }
    argv.push_back(nullptr);
    environment.push_back(nullptr);
    ::execvpe(argv[0], argv.data(), environment.data());
    Fail(fmt::format("cannot run {}", spec.argv.front()));
  }

 private:
  int report_;
};

/// What every process of ours starts with, whatever the node has set for itself.
void ResetProcessState() {
  ::setsid();
  ::umask(022);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

/// clone(2) as fork, with namespaces; `body` runs in the child and does not return.
template <class Body>
absl::StatusOr<pid_t> Start(int flags, Body body) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  UniqueFd read_end(pipe[0]);
  UniqueFd write_end(pipe[1]);
  const auto pid = static_cast<pid_t>(::syscall(
      SYS_clone, static_cast<unsigned long>(flags | SIGCHLD), nullptr, nullptr, nullptr, 0UL));
  if (pid < 0) return absl::ErrnoToStatus(errno, "cannot start a process");
  if (pid == 0) {
    ResetProcessState();
    Child child(write_end.get());
    body(child);
    ::_exit(127);
  }
  write_end.Reset();
  std::array<char, 512> text{};
  ssize_t size = 0;
  do {  // ends when exec closes the other end, or with the reason why there was none
    size = ::read(read_end.get(), text.data(), text.size());
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return pid;
  ::waitpid(pid, nullptr, 0);
  return absl::InternalError(absl::string_view(text.data(), static_cast<std::size_t>(size)));
}

}  // namespace

absl::StatusOr<pid_t> StartContainer(const Sandbox& sandbox, const ProcessSpec& spec) {
  return Start(CLONE_NEWPID | CLONE_NEWNS, [&](Child& child) {
    child.Enter(sandbox.network.get(), CLONE_NEWNET);
    child.Enter(sandbox.hostname.get(), CLONE_NEWUTS);
    child.Enter(sandbox.ipc.get(), CLONE_NEWIPC);
    child.ArrangeDescriptors(spec);
    if (const std::string problem = EnterContainerRoot(spec); !problem.empty()) child.Fail(problem);
    child.DropPrivileges(spec);
    child.Exec(spec);
  });
}

absl::StatusOr<pid_t> StartInside(pid_t container, const ProcessSpec& spec) {
  const UniqueFd target(static_cast<int>(::syscall(SYS_pidfd_open, container, 0U)));
  if (!target) return absl::ErrnoToStatus(errno, "the container is gone");
  // A PID namespace is entered by the next child, not by the caller: set it, fork, set it back.
  const UniqueFd home(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC));
  if (!home || ::setns(target.get(), CLONE_NEWPID) != 0)
    return absl::ErrnoToStatus(errno, "cannot enter the container");
  auto pid = Start(0, [&](Child& child) {
    child.ArrangeDescriptors(spec);
    child.Enter(target.get(), CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS);
    child.DropPrivileges(spec);
    child.Exec(spec);
  });
  if (::setns(home.get(), CLONE_NEWPID) != 0)
    std::abort();  // later containers would be in the wrong place
  return pid;
}

absl::StatusOr<pid_t> StartOnNode(const ProcessSpec& spec) {
  return Start(0, [&](Child& child) {
    child.ArrangeDescriptors(spec);
    child.DropPrivileges(spec);
    child.Exec(spec);
  });
}

}  // namespace outrigger::local
