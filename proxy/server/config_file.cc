#include "proxy/server/config_file.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/event_loop.h"

namespace outrigger::server {

namespace {
constexpr Duration kQuiet = std::chrono::milliseconds(50);
constexpr Duration kLongest = std::chrono::seconds(1);
constexpr std::size_t kMaxFileBytes = 64u << 20;
}  // namespace

ConfigFile::ConfigFile(EventLoop& loop, std::string path, std::function<void()> on_change)
    : loop_(loop), path_(std::move(path)), on_change_(std::move(on_change)) {
  const std::size_t slash = path_.rfind('/');
  folder_ = slash == std::string::npos ? "." : path_.substr(0, std::max<std::size_t>(slash, 1));
  name_ = slash == std::string::npos ? path_ : path_.substr(slash + 1);
}

ConfigFile::~ConfigFile() {
  if (inotify_.valid()) loop_.Unwatch(inotify_.get(), *this);
}

bool ConfigFile::Watch() {
  inotify_ = UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_.valid()) return false;
  // Not IN_CREATE: a file that is being written would be read half (K-6).
  constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO;
  if (inotify_add_watch(inotify_.get(), folder_.c_str(), kEvents) < 0) return false;
  return loop_.WatchReadable(inotify_.get(), *this);
}

void ConfigFile::OnFdEvents(std::uint32_t /*events*/) {
  alignas(inotify_event) char buffer[4096];
  bool ours = false;
  while (true) {
    const ssize_t got = read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    for (char* at = buffer; at < buffer + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      // A symbolic link swapped beside the file (Kubernetes' ..data) changes it as well; a lost
      // event may have been ours.
      ours = ours || event->len == 0 || name_ == event->name ||
             std::strcmp(event->name, "..data") == 0;
      at += sizeof(inotify_event) + event->len;
    }
  }
  if (!ours) return;
  if (!armed()) first_change_ = loop_.Now();
  loop_.timers().Arm(*this, std::min(loop_.Now() + kQuiet, first_change_ + kLongest));
}

void ConfigFile::OnTimer() { on_change_(); }

bool ConfigFile::Read(const std::string& path, std::string* text, std::string* error) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    *error = path + ": " + std::strerror(errno);
    return false;
  }
  text->clear();
  char buffer[64 * 1024];
  while (true) {
    const ssize_t got = read(fd.get(), buffer, sizeof buffer);
    if (got == 0) return true;
    if (got < 0 || text->size() > kMaxFileBytes) {
      *error = path + ": " + (got < 0 ? std::strerror(errno) : "larger than 64 MiB");
      return false;
    }
    text->append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace outrigger::server
