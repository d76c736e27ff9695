#include "cmd/outrigger/top_address.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "absl/status/status.h"
#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kSocketName[] = "prometheus.sock";
constexpr char kStartOne[] =
    "start one with 'outrigger up DIR', or name a Prometheus with --prometheus URL";

// Splits "host:port", "[v6]:port" or either without its port.
bool SplitAuthority(std::string_view authority, HttpAddress* out) {
  std::string_view port;
  if (authority.starts_with("[")) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    out->host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
  } else {
    const std::size_t colon = authority.find(':');
    out->host = authority.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
  }
  if (out->host.empty()) return false;
  out->port = 80;
  if (port.empty()) return true;
  const char* const end = port.data() + port.size();
  const auto result = std::from_chars(port.data() + 1, end, out->port);
  return port.front() == ':' && result.ec == std::errc() && result.ptr == end && out->port != 0;
}

HttpAddress OfSocket(const fs::path& path) {
  HttpAddress address;
  address.host = "prometheus";
  address.socket = path.string();
  address.text = address.socket;
  return address;
}

}  // namespace

absl::StatusOr<HttpAddress> ParsePrometheusUrl(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://")) {
    return absl::InvalidArgumentError(
        Cat("--prometheus ", url, ": only http:// is spoken here; use e.g. kubectl port-forward"));
  }
  HttpAddress address;
  address.text = url;
  std::string_view rest = url;
  if (!url.starts_with(kScheme)) {
    if (url.find("://") != std::string::npos) rest = {};
  } else {
    rest.remove_prefix(kScheme.size());
  }
  const std::size_t slash = rest.find('/');
  if (!SplitAuthority(rest.substr(0, slash), &address)) {
    return absl::InvalidArgumentError(Cat(
        "--prometheus ", url, ": expected http://host:port, for instance http://localhost:9090"));
  }
  if (slash != std::string_view::npos) address.prefix = rest.substr(slash);
  while (address.prefix.ends_with("/")) address.prefix.pop_back();
  return address;
}

std::vector<std::string> MeshFolders() {
  std::vector<std::string> folders;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR");
      runtime != nullptr && *runtime != '\0') {
    folders.push_back(Cat(runtime, "/outrigger"));
  }
  folders.emplace_back("/run/outrigger");
  folders.push_back(Cat("/tmp/outrigger-", geteuid()));
  return folders;
}

absl::StatusOr<HttpAddress> FindLocalPrometheus(const std::string& name,
                                                const std::vector<std::string>& folders) {
  std::map<std::string, fs::path> meshes;  // the first folder that has a name wins
  for (const std::string& folder : folders) {
    std::error_code ignored;  // an unreadable or missing folder has no meshes
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const fs::path socket = entry.path() / kSocketName;
      if (fs::exists(socket, ignored)) meshes.emplace(entry.path().filename().string(), socket);
    }
  }
  if (meshes.empty()) return absl::NotFoundError(Cat("no local mesh is up; ", kStartOne));
  if (name.empty() && meshes.size() == 1) return OfSocket(meshes.begin()->second);
  if (const auto found = meshes.find(name); found != meshes.end()) return OfSocket(found->second);
  std::string names;
  for (const auto& [mesh, path] : meshes) names += (names.empty() ? "" : ", ") + mesh;
  if (name.empty()) {
    return absl::NotFoundError(
        Cat("several local meshes are up (", names, "); choose one with --name"));
  }
  return absl::NotFoundError(
      Cat("no local mesh '", name, "' is up (there is ", names, "); ", kStartOne));
}

}  // namespace outrigger::cli
