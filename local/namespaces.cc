#include "local/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace outrigger::local {
namespace {

const char* FileOf(int flag) {
  switch (flag) {
    case CLONE_NEWNET:
      return "/proc/self/ns/net";
    case CLONE_NEWUTS:
      return "/proc/self/ns/uts";
    default:
      return "/proc/self/ns/ipc";
  }
}

}  // namespace

absl::StatusOr<UniqueFd> CurrentNamespace(int flag) {
  UniqueFd fd(::open(FileOf(flag), O_RDONLY | O_CLOEXEC));
  if (!fd) return absl::ErrnoToStatus(errno, fmt::format("cannot open {}", FileOf(flag)));
  return fd;
}

absl::StatusOr<UniqueFd> NewNamespace(int flag) {
  auto home = CurrentNamespace(flag);
  if (!home.ok()) return home.status();
  if (::unshare(flag) != 0) return absl::ErrnoToStatus(errno, "cannot make a namespace");
  auto made = CurrentNamespace(flag);
  // Without a way home this process would serve the wrong pod; nothing sensible can follow.
  if (::setns(home->get(), flag) != 0) std::abort();
  return made;
}

NamespaceVisit::NamespaceVisit(int ns, int flag) : flag_(flag) {
  auto home = CurrentNamespace(flag);
  if (!home.ok()) {
    status_ = home.status();
    return;
  }
  if (::setns(ns, flag) != 0) {
    status_ = absl::ErrnoToStatus(errno, "cannot enter a namespace");
    return;
  }
  home_ = *std::move(home);
}

NamespaceVisit::~NamespaceVisit() {
  if (home_ && ::setns(home_.get(), flag_) != 0) std::abort();  // as above
}

absl::Status WriteSysctl(const std::string& name, const std::string& value) {
  std::string path = "/proc/sys/" + name;
  std::replace(path.begin() + 10, path.end(), '.', '/');
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), value.data(), value.size()) < 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot set {} to {}", name, value));
  }
  return absl::OkStatus();
}

}  // namespace outrigger::local
