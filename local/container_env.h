#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "local/pod_spec.h"

namespace outrigger::local {

/// Data of a ConfigMap or Secret of the pod's namespace; nullptr when there is no such object.
using FindData = std::function<const std::map<std::string, std::string>*(EnvVar::Source kind,
                                                                         const std::string& name)>;

/// What the variables of a container can refer to.
struct EnvSources {
  const PodSpec& pod;
  const ContainerSpec& container;
  std::string pod_ip, host_ip;
  std::map<std::string, std::string> service_variables;  ///< empty when the pod does not want them
  std::map<std::string, std::string> image_variables;
  FindData find_data;
};

/// The environment of a container, in the order Kubernetes applies it: the image's, the Services',
/// envFrom, env (with `$(NAME)` replaced by what is known at that point). A list of NAME=value,
/// sorted by name.
/// @return NotFound naming the variable and the object or key that is missing (Kubernetes:
///   CreateContainerConfigError).
absl::StatusOr<std::vector<std::string>> ContainerEnvironment(const EnvSources& sources);

/// A field of the downward API (`metadata.labels['app']`, `status.podIP`, `metadata.annotations` as
/// in a volume: one `key="value"` per line); empty when the path is none.
std::optional<std::string> FieldValue(const EnvSources& sources, std::string_view path);

/// Replaces `$(NAME)` by known variables; `$$(NAME)` stays as `$(NAME)`, unknown names stay as
/// written.
std::string ExpandReferences(std::string_view text,
                             const std::map<std::string, std::string>& variables);

}  // namespace outrigger::local
