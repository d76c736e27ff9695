#pragma once

#include <functional>
#include <string>

#include "base/socket_transport.h"
#include "base/timer_wheel.h"

namespace outrigger::server {

/// Watches one file by its folder, so that editors and control planes may replace it by renaming.
/// Tells of a change once the folder has been quiet for 50 ms, and after 1 s at the latest.
class ConfigFile final : private FdHandler, private Timer {
 public:
  /// `on_change` runs on the loop's thread.
  ConfigFile(EventLoop& loop, std::string path, std::function<void()> on_change);
  ~ConfigFile() override;

  /// False when the folder cannot be watched (the reason is in errno).
  [[nodiscard]] bool Watch();
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The whole file; an error message otherwise.
  static bool Read(const std::string& path, std::string* text, std::string* error);

 private:
  void OnFdEvents(std::uint32_t events) override;
  void OnTimer() override;

  EventLoop& loop_;
  const std::string path_;
  std::string folder_;
  std::string name_;
  std::function<void()> on_change_;
  UniqueFd inotify_;
  MonotonicTime first_change_;
};

}  // namespace outrigger::server
