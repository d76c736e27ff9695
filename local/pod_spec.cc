#include "local/pod_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>

#include "injector/json.h"

namespace outrigger::local {
namespace {

using injector::FindArray;
using injector::FindObject;
using injector::FindString;
using injector::View;
namespace json = boost::json;

/// Collects the first problem while the happy path reads on.
class Reader {
 public:
  void Fail(std::string message) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(message);
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }

  std::int64_t Int(const json::object& parent, std::string_view key, std::int64_t fallback) {
    const json::value* value = parent.if_contains(View(key));
    if (value == nullptr || value->is_null()) return fallback;
    if (value->is_int64()) return value->as_int64();
    if (value->is_uint64()) return static_cast<std::int64_t>(value->as_uint64());
    Fail(fmt::format("{}: not a number", key));
    return fallback;
  }

  bool Bool(const json::object& parent, std::string_view key, bool fallback) {
    const json::value* value = parent.if_contains(View(key));
    if (value == nullptr || value->is_null()) return fallback;
    if (value->is_bool()) return value->as_bool();
    Fail(fmt::format("{}: neither true nor false", key));
    return fallback;
  }

  std::vector<std::string> Strings(const json::object& parent, std::string_view key) {
    std::vector<std::string> out;
    const json::array* list = FindArray(parent, key);
    if (list == nullptr) return out;
    for (const json::value& item : *list) {
      if (item.is_string()) {
        out.emplace_back(View(item.get_string()));
      } else {
        Fail(fmt::format("{}: not a list of strings; put quotes around {}", key,
                         json::serialize(item)));
      }
    }
    return out;
  }

  template <class F>
  void Each(const json::object& parent, std::string_view key, F&& visit) {
    const json::array* list = FindArray(parent, key);
    if (list == nullptr) return;
    for (const json::value& item : *list) {
      if (item.is_object()) {
        visit(item.get_object());
      } else {
        Fail(fmt::format("{}: not a list of objects", key));
      }
    }
  }

 private:
  absl::Status status_;
};

std::uint16_t ReadPort(Reader& reader, const json::object& parent, const json::object& container) {
  const json::value* value = parent.if_contains("port");
  std::int64_t port = 0;
  if (value != nullptr && value->is_string()) {
    reader.Each(container, "ports", [&](const json::object& entry) {
      if (FindString(entry, "name") == View(value->get_string()))
        port = reader.Int(entry, "containerPort", 0);
    });
    if (port == 0)
      reader.Fail(fmt::format("port: no container port is called {}", View(value->get_string())));
  } else {
    port = reader.Int(parent, "port", 0);
  }
  if (port < 1 || port > 65535) reader.Fail(fmt::format("port: {} is not a port", port));
  return static_cast<std::uint16_t>(port);
}

HttpGet ReadHttpGet(Reader& reader, const json::object& source, const json::object& container) {
  HttpGet get;
  get.port = ReadPort(reader, source, container);
  get.host = FindString(source, "host");
  if (const auto path = FindString(source, "path"); !path.empty()) get.path = path;
  reader.Each(source, "httpHeaders", [&](const json::object& header) {
    get.headers.emplace_back(FindString(header, "name"), FindString(header, "value"));
  });
  return get;
}

std::optional<ProbeAction> ReadAction(Reader& reader, const json::object& source,
                                      const json::object& container) {
  if (const auto* get = FindObject(source, "httpGet")) return ReadHttpGet(reader, *get, container);
  if (const auto* tcp = FindObject(source, "tcpSocket"))
    return TcpConnect{ReadPort(reader, *tcp, container)};
  // A gRPC health probe shows at least that somebody listens; the health service itself is not
  // asked.
  if (const auto* grpc = FindObject(source, "grpc"))
    return TcpConnect{ReadPort(reader, *grpc, container)};
  if (const auto* exec = FindObject(source, "exec"))
    return ExecCommand{reader.Strings(*exec, "command")};
  return std::nullopt;
}

std::optional<ProbeSpec> ReadProbe(Reader& reader, const json::object& container,
                                   std::string_view key) {
  const json::object* source = FindObject(container, key);
  if (source == nullptr) return std::nullopt;
  auto action = ReadAction(reader, *source, container);
  if (!action) return std::nullopt;
  ProbeSpec probe;
  probe.action = *std::move(action);
  probe.initial_delay = std::chrono::seconds(reader.Int(*source, "initialDelaySeconds", 0));
  probe.period =
      std::chrono::seconds(std::max<std::int64_t>(1, reader.Int(*source, "periodSeconds", 10)));
  probe.timeout =
      std::chrono::seconds(std::max<std::int64_t>(1, reader.Int(*source, "timeoutSeconds", 1)));
  probe.success_threshold =
      static_cast<int>(std::max<std::int64_t>(1, reader.Int(*source, "successThreshold", 1)));
  probe.failure_threshold =
      static_cast<int>(std::max<std::int64_t>(1, reader.Int(*source, "failureThreshold", 3)));
  return probe;
}

std::optional<ProbeAction> ReadHook(Reader& reader, const json::object& container,
                                    std::string_view key) {
  const json::object* lifecycle = FindObject(container, "lifecycle");
  const json::object* hook = lifecycle == nullptr ? nullptr : FindObject(*lifecycle, key);
  return hook == nullptr ? std::nullopt : ReadAction(reader, *hook, container);
}

EnvVar ReadEnvVar(Reader& reader, const json::object& source) {
  EnvVar var;
  var.name = FindString(source, "name");
  var.value = FindString(source, "value");
  const json::value* value = source.if_contains("value");
  if (value != nullptr && !value->is_string() && !value->is_null()) {
    reader.Fail(fmt::format("env {}: value: not a string; put quotes around {}", var.name,
                            json::serialize(*value)));
  }
  const json::object* from = FindObject(source, "valueFrom");
  if (from == nullptr) return var;
  if (const auto* field = FindObject(*from, "fieldRef")) {
    var.source = EnvVar::Source::kField;
    var.value = FindString(*field, "fieldPath");
  } else if (const auto* resource = FindObject(*from, "resourceFieldRef")) {
    var.source = EnvVar::Source::kResource;
    var.value = FindString(*resource, "resource");
    var.object = FindString(*resource, "containerName");
    var.divisor = FindString(*resource, "divisor");
  } else {
    const auto* map = FindObject(*from, "configMapKeyRef");
    const auto* secret = FindObject(*from, "secretKeyRef");
    const auto* ref = map != nullptr ? map : secret;
    if (ref == nullptr) {
      reader.Fail(fmt::format("env {}: valueFrom: not a source that is known here", var.name));
      return var;
    }
    var.source = map != nullptr ? EnvVar::Source::kConfigMap : EnvVar::Source::kSecret;
    var.value = FindString(*ref, "key");
    var.object = FindString(*ref, "name");
    var.optional = reader.Bool(*ref, "optional", false);
  }
  return var;
}

void ReadEnvFrom(Reader& reader, const json::object& source, ContainerSpec& out) {
  for (const auto& [key, kind] : {std::pair{"configMapRef", EnvVar::Source::kConfigMap},
                                  std::pair{"secretRef", EnvVar::Source::kSecret}}) {
    const json::object* ref = FindObject(source, key);
    if (ref == nullptr) continue;
    out.env_from.push_back(EnvFrom{kind, std::string(FindString(*ref, "name")),
                                   std::string(FindString(source, "prefix")),
                                   reader.Bool(*ref, "optional", false)});
  }
}

void ReadQuantities(const json::object& container, std::string_view key,
                    std::map<std::string, std::string>& out) {
  const json::object* resources = FindObject(container, "resources");
  const json::object* list = resources == nullptr ? nullptr : FindObject(*resources, key);
  if (list == nullptr) return;
  for (const auto& entry : *list) {
    out[std::string(entry.key())] = entry.value().is_string()
                                        ? std::string(View(entry.value().get_string()))
                                        : json::serialize(entry.value());
  }
}

std::optional<std::int64_t> ReadId(Reader& reader, const json::object& context,
                                   std::string_view key) {
  const std::int64_t id = reader.Int(context, key, -1);
  return id < 0 ? std::nullopt : std::optional(id);
}

/// The container's own settings over the pod's.
SecuritySpec ReadSecurity(Reader& reader, const json::object& container, const SecuritySpec& pod) {
  SecuritySpec out = pod;
  const json::object* context = FindObject(container, "securityContext");
  if (context == nullptr) return out;
  if (const auto id = ReadId(reader, *context, "runAsUser")) out.run_as_user = id;
  if (const auto id = ReadId(reader, *context, "runAsGroup")) out.run_as_group = id;
  out.read_only_root = reader.Bool(*context, "readOnlyRootFilesystem", false);
  out.privileged = reader.Bool(*context, "privileged", false);
  if (const auto* capabilities = FindObject(*context, "capabilities")) {
    out.add_capabilities = reader.Strings(*capabilities, "add");
    out.drop_capabilities = reader.Strings(*capabilities, "drop");
  }
  return out;
}

ContainerSpec ReadContainer(Reader& reader, const json::object& source, const SecuritySpec& pod) {
  ContainerSpec out;
  out.name = FindString(source, "name");
  out.image = FindString(source, "image");
  out.working_directory = FindString(source, "workingDir");
  out.command = reader.Strings(source, "command");
  out.args = reader.Strings(source, "args");
  reader.Each(source, "env",
              [&](const json::object& env) { out.env.push_back(ReadEnvVar(reader, env)); });
  reader.Each(source, "envFrom", [&](const json::object& from) { ReadEnvFrom(reader, from, out); });
  ReadQuantities(source, "limits", out.limits);
  ReadQuantities(source, "requests", out.requests);
  reader.Each(source, "volumeMounts", [&](const json::object& mount) {
    out.mounts.push_back(VolumeMount{
        std::string(FindString(mount, "name")), std::string(FindString(mount, "mountPath")),
        std::string(FindString(mount, "subPath")), reader.Bool(mount, "readOnly", false)});
  });
  out.security = ReadSecurity(reader, source, pod);
  out.startup = ReadProbe(reader, source, "startupProbe");
  out.readiness = ReadProbe(reader, source, "readinessProbe");
  out.liveness = ReadProbe(reader, source, "livenessProbe");
  out.post_start = ReadHook(reader, source, "postStart");
  out.pre_stop = ReadHook(reader, source, "preStop");
  out.restart_always = FindString(source, "restartPolicy") == "Always";
  if (out.name.empty()) reader.Fail("containers: one has no name");
  return out;
}

void ReadKeyedFiles(Reader& reader, const json::object& source, std::string_view name_key,
                    VolumeFile::Source kind, VolumeSpec& out) {
  VolumeFile file;
  file.source = kind;
  file.object = FindString(source, name_key);
  file.optional = reader.Bool(source, "optional", false);
  if (FindArray(source, "items") == nullptr) out.files.push_back(file);
  reader.Each(source, "items", [&](const json::object& item) {
    file.key = FindString(item, "key");
    file.path = FindString(item, "path");
    out.files.push_back(file);
  });
}

void ReadDownward(Reader& reader, const json::object& source, VolumeSpec& out) {
  reader.Each(source, "items", [&](const json::object& item) {
    const json::object* field = FindObject(item, "fieldRef");
    if (field == nullptr) return;
    out.files.push_back(VolumeFile{VolumeFile::Source::kField,
                                   {},
                                   std::string(FindString(*field, "fieldPath")),
                                   std::string(FindString(item, "path")),
                                   false});
  });
}

void ReadProjected(Reader& reader, const json::object& projected, VolumeSpec& out) {
  reader.Each(projected, "sources", [&](const json::object& part) {
    if (const auto* token = FindObject(part, "serviceAccountToken")) {
      out.files.push_back(VolumeFile{
          VolumeFile::Source::kToken, {}, {}, std::string(FindString(*token, "path")), false});
    }
    if (const auto* map = FindObject(part, "configMap"))
      ReadKeyedFiles(reader, *map, "name", VolumeFile::Source::kConfigMap, out);
    if (const auto* secret = FindObject(part, "secret"))
      ReadKeyedFiles(reader, *secret, "name", VolumeFile::Source::kSecret, out);
    if (const auto* downward = FindObject(part, "downwardAPI"))
      ReadDownward(reader, *downward, out);
  });
}

VolumeSpec ReadVolume(Reader& reader, const json::object& source) {
  VolumeSpec out;
  out.name = FindString(source, "name");
  out.kind = VolumeSpec::Kind::kFiles;
  if (const auto* map = FindObject(source, "configMap")) {
    ReadKeyedFiles(reader, *map, "name", VolumeFile::Source::kConfigMap, out);
  } else if (const auto* secret = FindObject(source, "secret")) {
    ReadKeyedFiles(reader, *secret, "secretName", VolumeFile::Source::kSecret, out);
  } else if (const auto* downward = FindObject(source, "downwardAPI")) {
    ReadDownward(reader, *downward, out);
  } else if (const auto* projected = FindObject(source, "projected")) {
    ReadProjected(reader, *projected, out);
  } else if (const auto* host = FindObject(source, "hostPath")) {
    out.kind = VolumeSpec::Kind::kHostPath;
    out.host_path = FindString(*host, "path");
  } else {
    // emptyDir, no source at all, or a claim: a claim's data lives as long as the pod, which on a
    // laptop is what one wants more often than an error.
    out.kind = VolumeSpec::Kind::kEmptyDir;
  }
  return out;
}

RestartPolicy ReadRestartPolicy(const json::object& spec) {
  const std::string_view policy = FindString(spec, "restartPolicy");
  if (policy == "Never") return RestartPolicy::kNever;
  return policy == "OnFailure" ? RestartPolicy::kOnFailure : RestartPolicy::kAlways;
}

}  // namespace

absl::StatusOr<PodSpec> ReadPodSpec(const json::object& pod) {
  const json::object* metadata = FindObject(pod, "metadata");
  const json::object* spec = FindObject(pod, "spec");
  if (metadata == nullptr || spec == nullptr)
    return absl::InvalidArgumentError("not a pod: metadata or spec is missing");
  Reader reader;
  PodSpec out;
  out.ns = FindString(*metadata, "namespace");
  out.name = FindString(*metadata, "name");
  const std::string_view hostname = FindString(*spec, "hostname");
  out.hostname = hostname.empty() ? out.name : std::string(hostname);
  if (const auto account = FindString(*spec, "serviceAccountName"); !account.empty())
    out.service_account = account;
  for (const auto& [key, value] : injector::ToLabels(FindObject(*metadata, "labels")))
    out.labels[key] = value;
  for (const auto& [key, value] : injector::ToLabels(FindObject(*metadata, "annotations")))
    out.annotations[key] = value;
  SecuritySpec security;
  if (const auto* context = FindObject(*spec, "securityContext")) {
    security.run_as_user = ReadId(reader, *context, "runAsUser");
    security.run_as_group = ReadId(reader, *context, "runAsGroup");
    reader.Each(*context, "sysctls", [&](const json::object& sysctl) {
      out.sysctls.emplace_back(FindString(sysctl, "name"), FindString(sysctl, "value"));
    });
  }
  reader.Each(*spec, "initContainers", [&](const json::object& container) {
    out.init_containers.push_back(ReadContainer(reader, container, security));
  });
  reader.Each(*spec, "containers", [&](const json::object& container) {
    out.containers.push_back(ReadContainer(reader, container, security));
  });
  reader.Each(*spec, "volumes", [&](const json::object& volume) {
    out.volumes.push_back(ReadVolume(reader, volume));
  });
  out.restart_policy = ReadRestartPolicy(*spec);
  out.grace_period = std::chrono::seconds(
      std::max<std::int64_t>(0, reader.Int(*spec, "terminationGracePeriodSeconds", 30)));
  out.service_links = reader.Bool(*spec, "enableServiceLinks", true);
  if (out.containers.empty()) reader.Fail("spec.containers: a pod needs at least one container");
  if (!reader.status().ok()) return reader.status();
  return out;
}

namespace {

/// Kubernetes' resource.Quantity as a double: exact for what people write.
std::optional<double> ParseQuantity(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kSuffixes[] = {
      {"Ki", 1024.0}, {"Mi", 1048576.0}, {"Gi", 1073741824.0}, {"Ti", 1099511627776.0},
      {"m", 1e-3},    {"k", 1e3},        {"M", 1e6},           {"G", 1e9},
      {"T", 1e12}};
  double scale = 1;
  for (const auto& [suffix, factor] : kSuffixes) {
    if (!text.ends_with(suffix)) continue;
    scale = factor;
    text.remove_suffix(suffix.size());
    break;
  }
  const std::string number(text);
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (number.empty() || *end != '\0' || value < 0) return std::nullopt;
  return value * scale;
}

}  // namespace

std::optional<std::int64_t> DivideQuantity(std::string_view quantity, std::string_view divisor) {
  const auto value = ParseQuantity(quantity);
  const auto unit = ParseQuantity(divisor.empty() || divisor == "0" ? "1" : divisor);
  if (!value || !unit || *unit <= 0) return std::nullopt;
  return static_cast<std::int64_t>(std::ceil(*value / *unit - 1e-9));
}

}  // namespace outrigger::local
