#include "cmd/outrigger/top_http.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxReplyBytes = 64u << 20;

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status Problem(const HttpAddress& address, std::string_view what) {
  return absl::UnavailableError(Cat("Prometheus at ", address.text, ": ", what));
}

// False when the deadline has passed.
bool WaitFor(int fd, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next call on the socket says why
  }
}

// 0 or an errno. `socket` is non-blocking.
int ConnectOne(int fd, const sockaddr* to, socklen_t size, Clock::time_point deadline) {
  if (connect(fd, to, size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!WaitFor(fd, POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

absl::StatusOr<Socket> ConnectUnix(const HttpAddress& address, Clock::time_point deadline) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address.socket.size() >= sizeof to.sun_path)
    return Problem(address, "the path is too long for a socket");
  std::memcpy(to.sun_path, address.socket.c_str(), address.socket.size() + 1);
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int error =
      ConnectOne(socket.fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to, deadline);
  if (error != 0) return Problem(address, std::strerror(error));
  return socket;
}

absl::StatusOr<Socket> ConnectTcp(const HttpAddress& address, Clock::time_point deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error =
          getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
      error != 0) {
    return Problem(address, gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  int error = 0;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    Socket socket(::socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.fd() < 0) continue;
    error = ConnectOne(socket.fd(), entry->ai_addr, entry->ai_addrlen, deadline);
    if (error == 0) return socket;
  }
  return Problem(address, std::strerror(error));
}

absl::Status SendAll(const HttpAddress& address, int fd, std::string_view bytes,
                     Clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Problem(address, std::strerror(errno));
    } else if (!WaitFor(fd, POLLOUT, deadline)) {
      return Problem(address, "no answer in time");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadAll(const HttpAddress& address, int fd,
                                    Clock::time_point deadline) {
  std::string raw;
  char buffer[64 * 1024];
  while (raw.size() <= kMaxReplyBytes) {
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got == 0) return raw;
    if (got > 0) {
      raw.append(buffer, static_cast<std::size_t>(got));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Problem(address, std::strerror(errno));
    } else if (!WaitFor(fd, POLLIN, deadline)) {
      return Problem(address, "no answer in time");
    }
  }
  return Problem(address, "the answer is larger than 64 MiB");
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

absl::Status Malformed(std::string_view what) {
  return absl::DataLossError(Cat("not a complete HTTP answer: ", what));
}

absl::StatusOr<std::string> JoinChunks(std::string_view rest) {
  std::string body;
  while (true) {
    const std::size_t line = rest.find("\r\n");
    std::size_t size = 0;
    const auto parsed =
        std::from_chars(rest.data(), rest.data() + std::min(line, rest.size()), size, 16);
    if (line == std::string_view::npos || parsed.ec != std::errc()) return Malformed("chunk size");
    if (size == 0) return body;
    rest.remove_prefix(line + 2);
    if (rest.size() < 2 || size > rest.size() - 2) return Malformed("chunk cut short");
    body.append(rest.substr(0, size));
    rest.remove_prefix(size + 2);
  }
}

}  // namespace

absl::StatusOr<HttpReply> ParseHttpReply(std::string_view raw) {
  const std::size_t head_end = raw.find("\r\n\r\n");
  if (head_end == std::string_view::npos || !raw.starts_with("HTTP/1.") || raw.size() < 12) {
    return Malformed("no head");
  }
  HttpReply reply;
  if (std::from_chars(raw.data() + 9, raw.data() + 12, reply.status).ec != std::errc())
    return Malformed("no status");
  std::string_view head = raw.substr(0, head_end), rest = raw.substr(head_end + 4);
  std::size_t length = rest.size();
  bool chunked = false;
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n")) {
    head.remove_prefix(at + 2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = Trim(line.substr(colon + 1));
    if (EqualsIgnoreCase(name, "transfer-encoding")) chunked = EqualsIgnoreCase(value, "chunked");
    if (EqualsIgnoreCase(name, "content-length") &&
        std::from_chars(value.data(), value.data() + value.size(), length).ec != std::errc()) {
      return Malformed("Content-Length");
    }
  }
  if (chunked) {
    auto body = JoinChunks(rest);
    if (!body.ok()) return body.status();
    reply.body = *std::move(body);
    return reply;
  }
  if (length > rest.size()) return Malformed("body cut short");
  reply.body = rest.substr(0, length);
  return reply;
}

absl::StatusOr<HttpReply> HttpGet(const HttpAddress& address, const std::string& target,
                                  std::chrono::milliseconds timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  auto socket =
      address.socket.empty() ? ConnectTcp(address, deadline) : ConnectUnix(address, deadline);
  if (!socket.ok()) return socket.status();
  const std::string host =
      address.socket.empty() ? Cat(address.host, ":", address.port) : address.host;
  const std::string request = Cat("GET ", address.prefix, target, " HTTP/1.1\r\nHost: ", host,
                                  "\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
  if (absl::Status sent = SendAll(address, socket->fd(), request, deadline); !sent.ok())
    return sent;
  auto raw = ReadAll(address, socket->fd(), deadline);
  if (!raw.ok()) return raw.status();
  auto reply = ParseHttpReply(*raw);
  if (!reply.ok()) return Problem(address, MessageOf(reply.status()));
  return reply;
}

std::string UrlEncode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (std::string_view(kPlain).find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace outrigger::cli
