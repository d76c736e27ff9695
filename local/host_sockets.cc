#include "local/host_sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace outrigger::local {
namespace {

namespace fs = std::filesystem;

constexpr int kBacklog = 4096;

/// The inode of the listening socket on `port` in /proc/net/tcp or tcp6; empty when there is none.
std::string ListeningInode(std::uint16_t port) {
  const std::string wanted = fmt::format(":{:04X}", port);
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    std::string line;
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      std::string slot, local, remote, state, skipped, inode;
      fields >> slot >> local >> remote >> state;
      for (int i = 0; i < 5; ++i) fields >> skipped;
      fields >> inode;
      if (state == "0A" && local.ends_with(wanted)) return inode;
    }
  }
  return {};
}

bool Holds(const fs::path& process, const std::string& socket) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
    if (fs::read_symlink(entry.path(), error) == socket) return true;
  }
  return false;
}

absl::StatusOr<sockaddr_un> PathAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return absl::InvalidArgumentError(fmt::format("the path {} is too long for a socket", path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

std::string FindListener(std::uint16_t port) {
  const std::string inode = ListeningInode(port);
  if (inode.empty()) return {};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!Holds(entry.path(), fmt::format("socket:[{}]", inode))) continue;
    std::ifstream file(entry.path() / "comm");
    std::string name;
    std::getline(file, name);
    return fmt::format("{} (pid {})", name, pid);
  }
  return {};
}

absl::StatusOr<std::pair<UniqueFd, std::uint16_t>> ListenOnLoopback(std::uint16_t port,
                                                                    const std::string& flag) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return absl::ErrnoToStatus(errno, "cannot make a socket");
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address = reinterpret_cast<sockaddr*>(&name);
  if (::bind(socket.get(), address, sizeof name) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    if (errno != EADDRINUSE)
      return absl::ErrnoToStatus(errno, fmt::format("cannot listen on 127.0.0.1:{}", port));
    const std::string owner = FindListener(port);
    return absl::AlreadyExistsError(fmt::format(
        "port {} is taken{}{}: end that, or choose another port with {} (0 takes any free one)",
        port, owner.empty() ? "" : " by ", owner, flag));
  }
  socklen_t size = sizeof name;
  ::getsockname(socket.get(), address, &size);
  return std::pair(std::move(socket), ntohs(name.sin_port));
}

absl::StatusOr<UniqueFd> ListenOnPath(const std::string& path) {
  auto address = PathAddress(path);
  if (!address.ok()) return address.status();
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const mode_t before = ::umask(0177);  // bind takes the mode from here
  const bool bound =
      socket && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&*address), sizeof *address) == 0;
  const int error = errno;
  ::umask(before);
  if (!bound || ::listen(socket.get(), kBacklog) != 0)
    return absl::ErrnoToStatus(bound ? errno : error, "cannot listen on " + path);
  return socket;
}

absl::StatusOr<UniqueFd> ConnectToPath(const std::string& path) {
  auto address = PathAddress(path);
  if (!address.ok()) return address.status();
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return absl::ErrnoToStatus(errno, "cannot make a socket");
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&*address), sizeof *address) != 0) {
    if (errno == EACCES)
      return absl::PermissionDeniedError(
          "the mesh belongs to another user; use the same one (sudo?)");
    return absl::NotFoundError(fmt::format("nobody listens on {}", path));
  }
  return socket;
}

}  // namespace outrigger::local
