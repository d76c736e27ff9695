#pragma once

#include <termios.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace outrigger::cli {

/// The terminal while `outrigger top` draws on it: alternate screen, no cursor, keys without echo
/// or Enter. The destructor gives it back as it was; SIGINT, SIGTERM and SIGHUP arrive as kQuit so
/// that it always runs.
class Terminal {
 public:
  enum class Event : std::uint8_t { kTimeout, kResized, kQuit };

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// True when output goes to a terminal.
  static bool Available();

  [[nodiscard]] std::size_t width() const;
  [[nodiscard]] std::size_t height() const;

  /// Replaces what is on the screen, without flicker.
  void Draw(std::string_view text);

  /// Waits for q, Ctrl-C, a new size, or the end of `timeout`. Other keys are swallowed.
  Event Wait(std::chrono::milliseconds timeout);

 private:
  bool has_keys_ = false;
  termios saved_{};
  sigset_t saved_mask_{};
  int signals_ = -1;  // signalfd
};

}  // namespace outrigger::cli
