#include "local/container_env.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>

namespace outrigger::local {
namespace {

using Variables = std::map<std::string, std::string>;

/// As Go's %q prints it, which is what the downward API files hold.
std::string LabelLines(const Variables& labels) {
  std::string out;
  for (const auto& [key, value] : labels) {
    out += fmt::format("{}{}={}", out.empty() ? "" : "\n", key,
                       boost::json::serialize(boost::json::string_view(value)));
  }
  return out;
}

/// `metadata.labels['app']` with prefix `metadata.labels` -> `app`
std::optional<std::string> Subscript(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix) || !path.ends_with("']")) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (!path.starts_with("['")) return std::nullopt;
  return std::string(path.substr(2, path.size() - 4));
}

std::string ValueOr(const Variables& map, const std::string& key) {
  const auto it = map.find(key);
  return it == map.end() ? std::string() : it->second;
}

/// What a container may use when it sets no limit: the whole machine.
std::string MachineLimit(std::string_view resource) {
  if (resource == "cpu") return fmt::format("{}", ::sysconf(_SC_NPROCESSORS_ONLN));
  if (resource == "memory")
    return fmt::format("{}", ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE));
  return "0";
}

const ContainerSpec* FindContainer(const PodSpec& pod, std::string_view name) {
  for (const auto* list : {&pod.containers, &pod.init_containers}) {
    for (const ContainerSpec& container : *list) {
      if (container.name == name) return &container;
    }
  }
  return nullptr;
}

absl::StatusOr<std::string> ResourceValue(const EnvSources& sources, const EnvVar& var) {
  const ContainerSpec* container =
      var.object.empty() ? &sources.container : FindContainer(sources.pod, var.object);
  if (container == nullptr)
    return absl::NotFoundError(
        fmt::format("env {}: no container is called {}", var.name, var.object));
  const auto dot = var.value.find('.');
  const std::string resource = dot == std::string::npos ? std::string() : var.value.substr(dot + 1);
  const bool is_limit = var.value.starts_with("limits.");
  std::string quantity = ValueOr(is_limit ? container->limits : container->requests, resource);
  if (quantity.empty()) quantity = is_limit ? MachineLimit(resource) : "0";
  const auto value = DivideQuantity(quantity, var.divisor);
  if (!value)
    return absl::NotFoundError(
        fmt::format("env {}: {} is {}, which is no quantity", var.name, var.value, quantity));
  return fmt::format("{}", *value);
}

std::string_view KindName(EnvVar::Source source) {
  return source == EnvVar::Source::kSecret ? "Secret" : "ConfigMap";
}

/// The value of one variable; an empty optional means "leave it out".
absl::StatusOr<std::optional<std::string>> Resolve(const EnvSources& sources, const EnvVar& var,
                                                   const Variables& known) {
  switch (var.source) {
    case EnvVar::Source::kValue:
      return ExpandReferences(var.value, known);
    case EnvVar::Source::kField: {
      auto value = FieldValue(sources, var.value);
      if (!value)
        return absl::NotFoundError(
            fmt::format("env {}: no field is called {}", var.name, var.value));
      return value;
    }
    case EnvVar::Source::kResource: {
      auto value = ResourceValue(sources, var);
      if (!value.ok()) return value.status();
      return std::optional(*std::move(value));
    }
    default:
      break;
  }
  const Variables* data = sources.find_data(var.source, var.object);
  if (data != nullptr && data->contains(var.value)) return std::optional(data->at(var.value));
  if (var.optional) return std::optional<std::string>();
  return absl::NotFoundError(
      fmt::format("env {}: {} {}/{} has no key {}; add it, or mark the reference optional",
                  var.name, KindName(var.source), sources.pod.ns, var.object, var.value));
}

}  // namespace

std::optional<std::string> FieldValue(const EnvSources& sources, std::string_view path) {
  const PodSpec& pod = sources.pod;
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.ns;
  if (path == "metadata.uid") return fmt::format("{}/{}", pod.ns, pod.name);
  if (path == "metadata.labels") return LabelLines(pod.labels);
  if (path == "metadata.annotations") return LabelLines(pod.annotations);
  if (path == "spec.serviceAccountName") return pod.service_account;
  if (path == "spec.nodeName") return "outrigger";
  if (path == "status.podIP" || path == "status.podIPs") return sources.pod_ip;
  if (path == "status.hostIP" || path == "status.hostIPs") return sources.host_ip;
  if (const auto key = Subscript(path, "metadata.labels")) return ValueOr(pod.labels, *key);
  if (const auto key = Subscript(path, "metadata.annotations"))
    return ValueOr(pod.annotations, *key);
  return std::nullopt;
}

std::string ExpandReferences(std::string_view text, const Variables& variables) {
  std::string out;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    const auto end = text.find(')');
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
    } else if (text.starts_with("$(") && end != std::string_view::npos) {
      const auto it = variables.find(std::string(text.substr(2, end - 2)));
      out += it == variables.end() ? std::string(text.substr(0, end + 1)) : it->second;
      text.remove_prefix(end + 1);
    } else {
      out += '$';
      text.remove_prefix(1);
    }
  }
  return out;
}

absl::StatusOr<std::vector<std::string>> ContainerEnvironment(const EnvSources& sources) {
  Variables variables = sources.image_variables;
  variables.emplace(
      "PATH", "/opt/outrigger/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  variables.emplace("HOME", "/");
  variables["HOSTNAME"] = sources.pod.hostname;
  for (const auto& [name, value] : sources.service_variables) variables[name] = value;
  for (const EnvFrom& from : sources.container.env_from) {
    const Variables* data = sources.find_data(from.source, from.object);
    if (data == nullptr && !from.optional) {
      return absl::NotFoundError(
          fmt::format("envFrom: there is no {} {}/{}; add it, or mark the reference optional",
                      KindName(from.source), sources.pod.ns, from.object));
    }
    if (data == nullptr) continue;
    for (const auto& [key, value] : *data) variables[from.prefix + key] = value;
  }
  for (const EnvVar& var : sources.container.env) {
    auto value = Resolve(sources, var, variables);
    if (!value.ok()) return value.status();
    if (*value) variables[var.name] = **value;
  }
  std::vector<std::string> out;
  out.reserve(variables.size());
  for (const auto& [name, value] : variables) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

}  // namespace outrigger::local
