#include "local/volumes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "local/unique_fd.h"

namespace outrigger::local {
namespace {

namespace fs = std::filesystem;

/// ConfigMaps of Istio's that the control plane writes in a cluster. Here nobody does, and a
/// sidecar does not need them.
bool IsOptionalByNature(const std::string& name) {
  return name == "istio-ca-root-cert" || name == "istio-ca-crl";
}

absl::Status MakeFolder(const std::string& path, unsigned mode) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || ::chmod(path.c_str(), mode) != 0)
    return absl::InternalError(fmt::format("cannot make the folder {}", path));
  return absl::OkStatus();
}

absl::Status WriteKeyed(const EnvSources& sources, const VolumeSpec& volume, const VolumeFile& file,
                        const std::string& folder) {
  const bool secret = file.source == VolumeFile::Source::kSecret;
  const auto* data =
      sources.find_data(secret ? EnvVar::Source::kSecret : EnvVar::Source::kConfigMap, file.object);
  if (data == nullptr) {
    if (file.optional || IsOptionalByNature(file.object)) return absl::OkStatus();
    return absl::NotFoundError(
        fmt::format("volume {}: there is no {} {}/{}; add it, or mark the volume optional",
                    volume.name, secret ? "Secret" : "ConfigMap", sources.pod.ns, file.object));
  }
  for (const auto& [key, value] : *data) {
    if (!file.key.empty() && key != file.key) continue;
    const absl::Status done =
        WriteFileAtomically(folder + "/" + (file.path.empty() ? key : file.path), value);
    if (!done.ok()) return done;
  }
  if (file.key.empty() || data->contains(file.key) || file.optional) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("volume {}: {}/{} has no key {}", volume.name,
                                         sources.pod.ns, file.object, file.key));
}

absl::Status WriteVolumeFile(const EnvSources& sources, const VolumeSpec& volume,
                             const VolumeFile& file, const std::string& folder) {
  if (file.path.find("..") != std::string::npos || file.path.starts_with('/')) {
    return absl::InvalidArgumentError(
        fmt::format("volume {}: the path {} leads out of the volume", volume.name, file.path));
  }
  switch (file.source) {
    case VolumeFile::Source::kToken:
      return WriteFileAtomically(folder + "/" + file.path,
                                 fmt::format("{}/{}", sources.pod.ns, sources.pod.service_account));
    case VolumeFile::Source::kField: {
      const auto value = FieldValue(sources, file.key);
      if (!value)
        return absl::NotFoundError(
            fmt::format("volume {}: no field is called {}", volume.name, file.key));
      return WriteFileAtomically(folder + "/" + file.path, *value);
    }
    default:
      return WriteKeyed(sources, volume, file, folder);
  }
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path, std::string_view content) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  const std::string part = path + ".part";
  UniqueFd file(::open(part.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return absl::ErrnoToStatus(errno, "cannot write " + part);
  while (!content.empty()) {
    const ssize_t size = ::write(file.get(), content.data(), content.size());
    if (size < 0) return absl::ErrnoToStatus(errno, "cannot write " + part);
    content.remove_prefix(static_cast<std::size_t>(size));
  }
  file.Reset();
  if (std::rename(part.c_str(), path.c_str()) != 0)
    return absl::ErrnoToStatus(errno, "cannot write " + path);
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::string>> MakeVolumes(const EnvSources& sources,
                                                               const std::string& folder) {
  std::map<std::string, std::string> out;
  for (const VolumeSpec& volume : sources.pod.volumes) {
    std::string& path = out[volume.name];
    if (volume.kind == VolumeSpec::Kind::kHostPath) {
      path = volume.host_path;
      continue;
    }
    path = folder + "/" + volume.name;
    absl::Status done = MakeFolder(path, volume.kind == VolumeSpec::Kind::kEmptyDir ? 0777 : 0755);
    for (const VolumeFile& file : volume.files) {
      if (done.ok()) done = WriteVolumeFile(sources, volume, file, path);
    }
    if (!done.ok()) return done;
  }
  return out;
}

}  // namespace outrigger::local
