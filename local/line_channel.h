#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "local/poll_loop.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// Lines of text over a stream socket, both ways, on a loop. Lines above `max_line` end the
/// channel.
class LineChannel {
 public:
  using OnLine = std::function<void(std::string_view line)>;
  using OnEnd = std::function<void()>;

  /// @param socket  Becomes non-blocking. @param on_end  The other side is gone, or sent too much.
  LineChannel(PollLoop& loop, UniqueFd socket, std::size_t max_line, OnLine on_line, OnEnd on_end);
  ~LineChannel();
  LineChannel(const LineChannel&) = delete;
  LineChannel& operator=(const LineChannel&) = delete;

  /// Queues a line; a line feed is added.
  void Send(std::string_view line);
  /// Writes what is queued, waiting at most a second; for last words before the process ends.
  void Flush();

 private:
  void OnEvents(short events);
  void Read();
  void Write();
  void Rearm();

  PollLoop& loop_;
  UniqueFd socket_;
  std::size_t max_line_;
  OnLine on_line_;
  OnEnd on_end_;
  std::string in_, out_;
  bool ended_ = false;
};

}  // namespace outrigger::local
