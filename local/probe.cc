#include "local/probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace outrigger::local {
namespace {

constexpr std::chrono::milliseconds kEagerPeriod{25};
constexpr std::chrono::seconds kEagerFor{10};
constexpr std::size_t kMaxStatusLine = 4096;

std::string RequestText(const HttpGet& get, Ipv4 address) {
  std::string host =
      fmt::format("{}:{}", get.host.empty() ? address.ToString() : get.host, get.port);
  std::string fields;
  for (const auto& [name, value] : get.headers) {
    if (name == "Host" || name == "host") {
      host = value;
    } else {
      fields += fmt::format("{}: {}\r\n", name, value);
    }
  }
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: kube-probe/1.33\r\nAccept: */*\r\nConnection: "
      "close\r\n{}\r\n",
      get.path, host, fields);
}

/// `HTTP/1.1 200 OK`: 200 to 399 is success.
bool IsSuccess(std::string_view status_line) {
  if (!status_line.starts_with("HTTP/1.") || status_line.size() < 12) return false;
  const char first = status_line[9];
  return first == '2' || first == '3';
}

}  // namespace

ProbeAttempt::ProbeAttempt(PollLoop& loop, Ipv4 pod, const ProbeAction& action,
                           std::chrono::milliseconds timeout, const RunCommand& run,
                           std::function<void(bool)> done)
    : loop_(loop), done_(std::move(done)) {
  timer_ = loop_.After(timeout, [this] {
    timer_ = 0;
    Finish(false);
  });
  if (const auto* command = std::get_if<ExecCommand>(&action)) {
    cancel_command_ = run(*command, [this](bool success) {
      cancel_command_ = nullptr;
      Finish(success);
    });
    return;
  }
  if (const auto* tcp = std::get_if<TcpConnect>(&action)) {
    Connect(pod, tcp->port);
    return;
  }
  const auto& get = std::get<HttpGet>(action);
  const Ipv4 address = Ipv4::Parse(get.host).value_or(pod);
  request_ = RequestText(get, address);
  Connect(address, get.port);
}

ProbeAttempt::~ProbeAttempt() {
  loop_.Cancel(timer_);
  if (socket_) loop_.Unwatch(socket_.get());
  if (cancel_command_) cancel_command_();
}

void ProbeAttempt::Connect(Ipv4 address, std::uint16_t port) {
  socket_.Reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(address.value);
  const bool started =
      socket_ && (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0 ||
                  errno == EINPROGRESS);
  if (!started) {
    // Never from inside the constructor: the owner does not hold us yet.
    loop_.Cancel(timer_);
    timer_ = loop_.After(std::chrono::milliseconds(0), [this] {
      timer_ = 0;
      Finish(false);
    });
    return;
  }
  loop_.Watch(socket_.get(), POLLOUT, [this](short) { OnConnected(); });
}

void ProbeAttempt::OnConnected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Finish(false);
  if (request_.empty()) return Finish(true);
  // A request fits any socket buffer.
  if (::send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request_.size()))
    return Finish(false);
  loop_.Watch(socket_.get(), POLLIN, [this](short) { OnReadable(); });
}

void ProbeAttempt::OnReadable() {
  std::array<char, 1024> buffer{};
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size > 0) response_.append(buffer.data(), static_cast<std::size_t>(size));
  const auto end = response_.find('\n');
  if (end != std::string::npos)
    return Finish(IsSuccess(std::string_view(response_).substr(0, end)));
  if (size <= 0 || response_.size() > kMaxStatusLine) Finish(false);
}

void ProbeAttempt::Finish(bool success) {
  loop_.Cancel(std::exchange(timer_, 0));
  if (socket_) {
    loop_.Unwatch(socket_.get());
    socket_.Reset();
  }
  // The owner may destroy us in the callback.
  if (auto done = std::exchange(done_, nullptr)) done(success);
}

Prober::Prober(const Target& target, const ProbeSpec& spec, bool eager, OnVerdict on_verdict)
    : target_(target), spec_(spec), eager_(eager), on_verdict_(std::move(on_verdict)) {
  Schedule(eager ? std::chrono::milliseconds(0) : std::chrono::milliseconds(spec_.initial_delay));
}

Prober::~Prober() { target_.loop.Cancel(timer_); }

void Prober::Schedule(std::chrono::milliseconds delay) {
  timer_ = target_.loop.After(delay, [this] {
    timer_ = 0;
    Attempt();
  });
}

bool Prober::Eager() const {
  return eager_ && !passed_once_ && PollLoop::Clock::now() - start_ < kEagerFor;
}

void Prober::Attempt() {
  attempt_ = std::make_unique<ProbeAttempt>(
      target_.loop, target_.pod, spec_.action, spec_.timeout, target_.run, [this](bool success) {
        // After the attempt's own frames are gone; it is destroyed with the next one.
        timer_ = target_.loop.After(std::chrono::milliseconds(0),
                                    [this, success] { OnResult(success); });
      });
}

void Prober::OnResult(bool success) {
  timer_ = 0;
  attempt_.reset();
  const bool eager = Eager();
  if (success) {
    failures_ = 0;
    passed_once_ = true;
    ++successes_;
  } else {
    successes_ = 0;
    if (!eager) ++failures_;
  }
  Schedule(eager && !success ? kEagerPeriod : std::chrono::milliseconds(spec_.period));
  const bool passed = successes_ >= spec_.success_threshold;
  if (!passed && failures_ < spec_.failure_threshold) return;
  const Verdict verdict = passed ? Verdict::kPassed : Verdict::kFailed;
  if (verdict_ == verdict) return;
  verdict_ = verdict;
  const OnVerdict tell = on_verdict_;  // it may destroy us
  tell(verdict);
}

}  // namespace outrigger::local
