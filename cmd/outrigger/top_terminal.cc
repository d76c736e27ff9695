#include "cmd/outrigger/top_terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace outrigger::cli {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // alternate screen, hide cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";
constexpr char kCtrlC = 3;

void WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

winsize Size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size = {24, 80, 0, 0};
  return size;
}

}  // namespace

bool Terminal::Available() { return isatty(STDOUT_FILENO) == 1; }

Terminal::Terminal() {
  sigset_t mask;
  sigemptyset(&mask);
  for (const int signal : {SIGWINCH, SIGINT, SIGTERM, SIGHUP}) sigaddset(&mask, signal);
  sigprocmask(SIG_BLOCK, &mask, &saved_mask_);
  signals_ = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
  has_keys_ = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &saved_) == 0;
  if (has_keys_) {
    termios raw = saved_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  WriteAll(kEnter);
}

Terminal::~Terminal() {
  WriteAll(kLeave);
  if (has_keys_) tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
  if (signals_ >= 0) close(signals_);
  sigprocmask(SIG_SETMASK, &saved_mask_, nullptr);
}

std::size_t Terminal::width() const { return Size().ws_col; }
std::size_t Terminal::height() const { return Size().ws_row; }

void Terminal::Draw(std::string_view text) {
  std::string screen(kHome);
  for (const char c : text) {
    if (c == '\n') screen += kClearLine;
    screen += c;
    if (c == '\n') screen += '\r';
  }
  screen += kClearBelow;
  WriteAll(screen);
}

Terminal::Event Terminal::Wait(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Event::kTimeout;
    pollfd entries[] = {{signals_, POLLIN, 0}, {has_keys_ ? STDIN_FILENO : -1, POLLIN, 0}};
    if (poll(entries, 2, static_cast<int>(left.count())) <= 0) continue;
    signalfd_siginfo signal{};
    if (entries[0].revents != 0 && read(signals_, &signal, sizeof signal) == sizeof signal) {
      return signal.ssi_signo == SIGWINCH ? Event::kResized : Event::kQuit;
    }
    if (entries[1].revents == 0) continue;
    char keys[64];
    const ssize_t got = read(STDIN_FILENO, keys, sizeof keys);
    if (got <= 0) return Event::kQuit;  // the terminal is gone
    if (std::any_of(keys, keys + got, [](char c) { return c == 'q' || c == 'Q' || c == kCtrlC; }))
      return Event::kQuit;
  }
}

}  // namespace outrigger::cli
