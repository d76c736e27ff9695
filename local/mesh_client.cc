#include "local/mesh_client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "local/host_sockets.h"
#include "local/runtime_dir.h"

namespace outrigger::local {
namespace {

absl::StatusOr<std::string> Ask(const std::string& name, std::string_view question) {
  const auto folder = RuntimePath(name);
  if (!folder.ok()) return folder.status();
  const auto socket = ConnectToPath(*folder + "/control.sock");
  if (absl::IsNotFound(socket.status())) {
    return absl::NotFoundError(
        fmt::format("no mesh called {} is up; start one with `outrigger up DIR`", name));
  }
  if (!socket.ok()) return socket.status();
  const std::string line = fmt::format("{{\"op\":\"{}\"}}\n", question);
  if (::send(socket->get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
    return absl::ErrnoToStatus(errno, "cannot ask the mesh");
  std::string answer;
  std::array<char, 16384> buffer{};
  while (answer.find('\n') == std::string::npos) {
    const ssize_t size = ::recv(socket->get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(size));
  }
  if (answer.empty())
    return absl::UnavailableError(fmt::format("the mesh {} ended without an answer", name));
  return answer.substr(0, answer.find('\n'));
}

}  // namespace

absl::StatusOr<std::string> QueryStatus(const std::string& name) { return Ask(name, "status"); }

absl::Status Down(const std::string& name) { return Ask(name, "down").status(); }

}  // namespace outrigger::local
