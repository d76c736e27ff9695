#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace outrigger::local {

/// What the node needs to know of a pod, read once from its JSON tree (after injection). Names and
/// defaults are those of the Kubernetes API; fields that mean nothing on one machine are not here.

struct HttpGet {
  std::string path = "/";
  std::uint16_t port = 0;
  std::string host;  ///< empty: the pod's address
  std::vector<std::pair<std::string, std::string>> headers;
};
struct TcpConnect {
  std::uint16_t port = 0;
};
struct ExecCommand {
  std::vector<std::string> command;
};
using ProbeAction = std::variant<HttpGet, TcpConnect, ExecCommand>;

struct ProbeSpec {
  ProbeAction action;
  std::chrono::seconds initial_delay{0};
  std::chrono::seconds period{10};
  std::chrono::seconds timeout{1};
  int success_threshold = 1;
  int failure_threshold = 3;
};

/// Where the value of a variable comes from.
struct EnvVar {
  enum class Source { kValue, kField, kResource, kConfigMap, kSecret };
  std::string name;
  Source source = Source::kValue;
  std::string
      value;  ///< kValue: may refer to $(OTHER); kField: path; kResource: "limits.cpu"; others: key
  std::string
      object;  ///< name of the ConfigMap or Secret; kResource: container, empty for this one
  std::string divisor;  ///< kResource
  bool optional = false;
};
/// All keys of a ConfigMap or Secret.
struct EnvFrom {
  EnvVar::Source source = EnvVar::Source::kConfigMap;
  std::string object;
  std::string prefix;
  bool optional = false;
};

struct VolumeMount {
  std::string volume, path, sub_path;
  bool read_only = false;
};

struct SecuritySpec {
  std::optional<std::int64_t> run_as_user, run_as_group;
  bool read_only_root = false;
  bool privileged = false;
  std::vector<std::string> add_capabilities, drop_capabilities;  ///< "NET_ADMIN", "ALL"
};

struct ContainerSpec {
  std::string name, image, working_directory;
  std::vector<std::string> command, args;
  std::vector<EnvVar> env;
  std::vector<EnvFrom> env_from;
  std::map<std::string, std::string> limits, requests;  ///< quantities by resource name
  std::vector<VolumeMount> mounts;
  SecuritySpec security;
  std::optional<ProbeSpec> startup, readiness, liveness;
  std::optional<ProbeAction> post_start, pre_stop;
  bool restart_always = false;  ///< an init container that is a native sidecar
};

/// One file of a projected or downward volume.
struct VolumeFile {
  enum class Source { kConfigMap, kSecret, kField, kToken };
  Source source = Source::kConfigMap;
  std::string object;  ///< ConfigMap or Secret
  std::string key;     ///< its key, empty: all; kField: "metadata.labels"
  std::string path;    ///< file name; empty with an empty key: the keys' own names
  bool optional = false;
};
struct VolumeSpec {
  enum class Kind { kEmptyDir, kFiles, kHostPath };
  std::string name;
  Kind kind = Kind::kEmptyDir;
  std::vector<VolumeFile> files;  ///< kFiles
  std::string host_path;          ///< kHostPath
};

enum class RestartPolicy { kAlways, kOnFailure, kNever };

struct PodSpec {
  std::string ns, name, hostname, service_account = "default";
  std::map<std::string, std::string> labels, annotations;
  std::vector<ContainerSpec> init_containers, containers;
  std::vector<VolumeSpec> volumes;
  std::vector<std::pair<std::string, std::string>> sysctls;
  RestartPolicy restart_policy = RestartPolicy::kAlways;
  std::chrono::seconds grace_period{30};
  bool service_links = true;
};

/// Reads a pod. @return InvalidArgument naming the field and what is wrong with it.
absl::StatusOr<PodSpec> ReadPodSpec(const boost::json::object& pod);

/// A quantity ("100m", "2", "128Mi") divided by another ("1", "1Mi"), rounded up; empty when either
/// is no quantity.
std::optional<std::int64_t> DivideQuantity(std::string_view quantity, std::string_view divisor);

}  // namespace outrigger::local
