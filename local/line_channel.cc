#include "local/line_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace outrigger::local {

LineChannel::LineChannel(PollLoop& loop, UniqueFd socket, std::size_t max_line, OnLine on_line,
                         OnEnd on_end)
    : loop_(loop),
      socket_(std::move(socket)),
      max_line_(max_line),
      on_line_(std::move(on_line)),
      on_end_(std::move(on_end)) {
  ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  Rearm();
}

LineChannel::~LineChannel() { loop_.Unwatch(socket_.get()); }

void LineChannel::Rearm() {
  if (ended_) return loop_.Unwatch(socket_.get());
  const auto events = static_cast<short>(out_.empty() ? POLLIN : POLLIN | POLLOUT);
  loop_.Watch(socket_.get(), events, [this](short ready) { OnEvents(ready); });
}

void LineChannel::Send(std::string_view line) {
  if (ended_) return;
  out_.append(line).push_back('\n');
  Write();
  Rearm();
}

void LineChannel::Flush() {
  while (!out_.empty() && !ended_) {
    pollfd fd{socket_.get(), POLLOUT, 0};
    if (::poll(&fd, 1, 1000) <= 0) return;
    Write();
  }
}

void LineChannel::Write() {
  while (!out_.empty()) {
    const ssize_t size = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (size < 0) {
      if (errno != EAGAIN) out_.clear();  // nobody listens any more; reading notices the end
      return;
    }
    out_.erase(0, static_cast<std::size_t>(size));
  }
}

void LineChannel::OnEvents(short events) {
  if ((events & POLLOUT) != 0) {
    Write();
    Rearm();
  }
  if ((events & ~POLLOUT) != 0) Read();
}

void LineChannel::Read() {
  std::array<char, 16384> buffer{};
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size > 0) in_.append(buffer.data(), static_cast<std::size_t>(size));
  const OnLine on_line = on_line_;  // whoever is called may destroy us after the last line
  const OnEnd on_end = on_end_;
  std::vector<std::string> lines;
  for (auto end = in_.find('\n'); end != std::string::npos; end = in_.find('\n')) {
    lines.push_back(in_.substr(0, end));
    in_.erase(0, end + 1);
  }
  const bool over = size <= 0 || in_.size() > max_line_;
  if (over) {
    ended_ = true;
    Rearm();
  }
  for (const std::string& line : lines) on_line(line);
  if (over) on_end();
}

}  // namespace outrigger::local
