#include "local/container_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "local/process.h"
#include "local/unique_fd.h"

namespace outrigger::local {
namespace {

/// Where the machine's root is while the new one is being furnished.
constexpr std::string_view kOldRoot = "/.outrigger-machine";

bool Mount(const char* source, const std::string& target, const char* type, unsigned long flags,
           const char* options) {
  return ::mount(source, target.c_str(), type, flags, options) == 0;
}

bool MakeFolders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) errno = error.value();
  return !error;
}

/// Something to mount on, of the same kind as what is mounted.
bool MakeTarget(const std::string& source, const std::string& target) {
  std::error_code error;
  if (std::filesystem::is_directory(source, error)) return MakeFolders(target);
  if (!MakeFolders(std::filesystem::path(target).parent_path())) return false;
  const UniqueFd file(::open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  return static_cast<bool>(file);
}

bool Bind(const std::string& source, const std::string& target, bool read_only) {
  if (!MakeTarget(source, target)) return false;
  if (!Mount(source.c_str(), target, nullptr, MS_BIND | MS_REC, nullptr)) return false;
  // A bind mount takes its own flags only when it is there.
  return !read_only ||
         Mount(nullptr, target, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, nullptr);
}

/// Mount points of the machine whose content an overlay of `/` would not show: /home or /usr on a
/// partition of their own. What every container gets fresh is left out.
std::vector<std::string> OtherFileSystems() {
  constexpr std::array<std::string_view, 6> kFresh = {"/proc", "/sys", "/dev",
                                                      "/run",  "/tmp", "/var/run"};
  std::vector<std::string> out;
  std::ifstream table("/proc/self/mountinfo");  // still the machine's when this runs
  std::string line;
  while (std::getline(table, line)) {
    std::array<std::string, 5> fields;
    std::size_t at = 0;
    for (std::string& field : fields) {
      const auto end = line.find(' ', at);
      field = line.substr(at, end - at);
      at = end + 1;
    }
    const std::string& point = fields[4];
    const bool fresh = std::any_of(kFresh.begin(), kFresh.end(), [&](std::string_view prefix) {
      return point == prefix || point.starts_with(std::string(prefix) + "/");
    });
    if (point != "/" && !fresh && point.find('\\') == std::string::npos) out.push_back(point);
  }
  return out;
}

bool MountDevices() {
  if (!Mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k")) return false;
  for (const std::string_view name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    if (!Bind(fmt::format("{}/dev/{}", kOldRoot, name), fmt::format("/dev/{}", name), false))
      return false;
  }
  for (const auto& [link, target] :
       {std::pair{"/dev/fd", "/proc/self/fd"}, std::pair{"/dev/stdin", "/proc/self/fd/0"},
        std::pair{"/dev/stdout", "/proc/self/fd/1"}, std::pair{"/dev/stderr", "/proc/self/fd/2"}}) {
    if (::symlink(target, link) != 0) return false;
  }
  return MakeFolders("/dev/shm") &&
         Mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

bool WriteFile(const std::string& path, const std::string& content) {
  // First away with what is there: it may be a link to a place that does not exist in here.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return false;
  if (!MakeFolders(std::filesystem::path(path).parent_path())) return false;
  const UniqueFd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644));
  return file && ::write(file.get(), content.data(), content.size()) ==
                     static_cast<ssize_t>(content.size());
}

/// Mounts the overlay and makes it `/`.
std::string ChangeRoot(const std::string& layer) {
  const std::string root = layer + "/root";
  for (const char* folder : {"/upper", "/work", "/root"}) {
    if (!MakeFolders(layer + folder)) return "cannot make the container's layer";
  }
  const std::string options = fmt::format("lowerdir=/,upperdir={0}/upper,workdir={0}/work", layer);
  if (!Mount("overlay", root, "overlay", 0, options.c_str()))
    return "cannot mount the container's overlay";
  const std::string old_root = root + std::string(kOldRoot);
  if (!MakeFolders(old_root)) return "cannot make the container's root";
  if (::syscall(SYS_pivot_root, root.c_str(), old_root.c_str()) != 0 || ::chdir("/") != 0)
    return "cannot change the root";
  return {};
}

bool LeaveOldRoot() {
  const std::string old_root(kOldRoot);
  return ::umount2(old_root.c_str(), MNT_DETACH) == 0 && ::rmdir(old_root.c_str()) == 0;
}

}  // namespace

std::string EnterContainerRoot(const ProcessSpec& spec) {
  if (!Mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
    return "cannot make the mounts private";
  const std::vector<std::string> others = OtherFileSystems();
  if (std::string problem = ChangeRoot(spec.layer); !problem.empty()) return problem;
  const std::string old_root(kOldRoot);
  // A file system that cannot be shown (a user's FUSE mount, say) is missing inside; nothing else
  // suffers.
  for (const std::string& point : others) (void)Bind(old_root + point, point, true);
  if (!Mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr))
    return "cannot mount /proc";
  if (!Mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, nullptr))
    return "cannot mount /sys";
  if (!MountDevices()) return "cannot make /dev";
  if (!Mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"))
    return "cannot mount /tmp";
  if (!Mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"))
    return "cannot mount /run";
  for (const auto& [path, content] : spec.files) {
    if (!WriteFile(path, content)) return "cannot write " + path;
  }
  for (const BindMount& mount : spec.mounts) {
    if (!Bind(old_root + mount.source, mount.target, mount.read_only))
      return fmt::format("cannot mount {} at {}", mount.source, mount.target);
  }
  if (!LeaveOldRoot()) return "cannot leave the machine's root";
  if (spec.read_only_root &&
      !Mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr))
    return "cannot make the root read-only";
  return {};
}

}  // namespace outrigger::local
