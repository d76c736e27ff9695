// The local mesh without root: a user namespace with a single id, so there is no uid 1337, and the
// proxy's sockets carry a mark instead.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string>

#include "interception/apply.h"
#include "tests/interception/pod.h"

namespace outrigger::interception {
namespace {

constexpr std::uint32_t kMark = 0x0517;

bool WriteFile(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool done = fd >= 0 && write(fd, text.data(), text.size()) == std::ssize(text);
  if (fd >= 0) close(fd);
  return done;
}

/// Becomes root of a user namespace that knows only the present user. Returns why not, or "".
std::string EnterUserNamespace() {
  const auto uid = geteuid();
  const auto gid = getegid();
  if (unshare(CLONE_NEWUSER) != 0) return fmt::format("user namespaces: {}", std::strerror(errno));
  if (!WriteFile("/proc/self/setgroups", "deny") ||
      !WriteFile("/proc/self/uid_map", fmt::format("0 {} 1", uid)) ||
      !WriteFile("/proc/self/gid_map", fmt::format("0 {} 1", gid))) {
    return fmt::format("mapping ids: {}", std::strerror(errno));
  }
  return "";
}

std::string Walk() {
  Pod pod;
  Options options;
  options.inbound_ports.all = true;
  options.outbound_cidrs.all = true;
  options.ipv6 = true;
  options.proxy_mark = kMark;
  if (const auto status = Apply(options); !status.ok()) return std::string(status.message());

  std::string report;
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    const auto& at = AddressesOf(family);
    const Flow flows[] = {
        {.name = "app", .to = at.far, .port = 80},
        {.name = "proxy", .to = at.far, .port = 80, .mark = kMark},
        {.name = "own service", .to = at.pod, .port = 9080, .mark = kMark},
        {.name = "to app", .to = at.pod, .port = 9080, .mark = kMark, .source = at.magic},
        {.name = "app to own pod", .to = at.pod, .port = 9080},
        {.name = "client", .to = at.pod, .port = 9080, .from = Place::kOutside},
    };
    for (const Flow& flow : flows) {
      report += fmt::format("{}: {}\n", flow.name, pod.Connect(flow).listener);
    }
  }
  return report;
}

/// Runs in a child, since a user namespace is for ever and refuses threaded processes.
std::string WalkInUserNamespace() {
  std::array<int, 2> pipe_fds{};
  if (pipe2(pipe_fds.data(), O_CLOEXEC) != 0) return "pipe";
  const pid_t child = fork();
  if (child == 0) {
    std::string report = EnterUserNamespace();
    report = report.empty() ? report : "skip: " + report;
    try {
      if (report.empty()) report = Walk();
    } catch (const std::exception& error) {
      report = error.what();
    }
    _exit(write(pipe_fds[1], report.data(), report.size()) == std::ssize(report) ? 0 : 1);
  }
  close(pipe_fds[1]);
  std::string report;
  std::array<char, 4096> chunk{};
  ssize_t n = 0;
  while ((n = read(pipe_fds[0], chunk.data(), chunk.size())) > 0) {
    report.append(chunk.data(), static_cast<std::size_t>(n));
  }
  close(pipe_fds[0]);
  waitpid(child, nullptr, 0);
  return report;
}

TEST(RootlessTest, ThePodIsWalkedByMarkInsteadOfUser) {
  if (std::system("command -v ip nft >/dev/null") != 0) GTEST_SKIP() << "needs ip and nft";
  const std::string report = WalkInUserNamespace();
  if (report.starts_with("skip: ")) GTEST_SKIP() << report;
  const std::string one_family =
      "app: outbound\n"
      "proxy: remote\n"
      "own service: inbound\n"
      "to app: app\n"
      "app to own pod: app\n"
      "client: inbound\n";
  EXPECT_EQ(report, one_family + one_family);
}

}  // namespace
}  // namespace outrigger::interception
