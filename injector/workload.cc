#include "injector/workload.h"

#include <absl/status/status.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "injector/json.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

/// More pods than a manifest could mean for one workload; a typo must not fill the memory.
constexpr std::int64_t kMaxPods = 1000;

constexpr std::array<std::string_view, 7> kTemplateAtSpec = {
    "Deployment",      "DaemonSet", "ReplicaSet", "StatefulSet", "Job", "ReplicationController",
    "DeploymentConfig"};

absl::Status Wrong(const json::object& workload, std::string_view problem) {
  const json::object* metadata = FindObject(workload, "metadata");
  const std::string_view name = metadata ? FindString(*metadata, "name") : std::string_view();
  return absl::InvalidArgumentError(Cat(FindString(workload, "kind"), " '", name, "': ", problem));
}

std::uint32_t Fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// Letters and digits that cannot spell anything, as Kubernetes uses for generated names.
constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";

std::string Spell(std::uint32_t number, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    text += kAlphabet[number % kAlphabet.size()];
    number /= static_cast<std::uint32_t>(kAlphabet.size());
  }
  return text;
}

/// The hash of a pod template. The value is ours; only its stability matters.
std::string TemplateHash(const json::object& pod) { return Spell(Fnv1a(ToText(pod)), 7); }

/// Five letters for pod `index`, different for every index: 27 and the step have no common factor.
std::string PodSuffix(std::string_view prefix, std::int64_t index) {
  constexpr std::uint32_t kSpace = 27U * 27 * 27 * 27 * 27;
  constexpr std::uint32_t kStep = 7654321;
  const std::uint64_t number = Fnv1a(prefix) + static_cast<std::uint64_t>(index) * kStep;
  return Spell(static_cast<std::uint32_t>(number % kSpace), 5);
}

/// What a controller stamps on its pods.
struct Controller {
  std::string api_version, kind, name;  // of the ownerReference
  std::string prefix;                   // generateName
  Labels labels;
  std::int64_t pods = 1;
  bool numbered = false;  // StatefulSet: names end in the ordinal
};

absl::StatusOr<std::int64_t> Count(const json::object& workload, std::string_view field) {
  const json::object* spec = FindObject(workload, "spec");
  if (spec == nullptr || !Has(*spec, field)) return 1;
  const json::value& value = spec->at(View(field));
  boost::json::error_code error;
  const auto count = value.to_number<std::int64_t>(error);
  if (error || count < 0 || count > kMaxPods) {
    return Wrong(workload, Cat("spec.", field, " must be a number from 0 to ", kMaxPods));
  }
  return count;
}

absl::StatusOr<Controller> ControllerOf(const json::object& workload, std::string_view name,
                                        const json::object& pod) {
  const std::string kind(FindString(workload, "kind"));
  Controller controller{std::string(FindString(workload, "apiVersion")),
                        kind,
                        std::string(name),
                        Cat(name, "-"),
                        {},
                        1,
                        false};
  const std::string hash = TemplateHash(pod);
  std::string_view count_field = "replicas";
  if (kind == "Deployment") {
    controller.kind = "ReplicaSet";
    controller.name = Cat(name, "-", hash);
    controller.prefix = Cat(controller.name, "-");
    controller.labels = {{"pod-template-hash", hash}};
  } else if (kind == "StatefulSet") {
    controller.numbered = true;
    controller.labels = {{"controller-revision-hash", Cat(name, "-", hash)}};
  } else if (kind == "DaemonSet") {
    controller.labels = {{"controller-revision-hash", hash}};
    count_field = {};
  } else if (kind == "Job") {
    controller.labels = {{"job-name", std::string(name)},
                         {"batch.kubernetes.io/job-name", std::string(name)}};
    count_field = "parallelism";
  } else if (kind == "DeploymentConfig") {
    controller.api_version = "v1";
    controller.kind = "ReplicationController";
    controller.name = Cat(name, "-1");
    controller.prefix = Cat(controller.name, "-");
    controller.labels = {{"deploymentconfig", std::string(name)}, {"deployment", controller.name}};
  }
  if (count_field.empty()) return controller;
  auto count = Count(workload, count_field);
  if (!count.ok()) return count.status();
  controller.pods = *count;
  return controller;
}

json::object MakePod(const json::object& pod_template, const Controller& controller,
                     std::string_view namespace_name, std::int64_t index) {
  const std::string suffix = controller.numbered ? Cat(index) : PodSuffix(controller.prefix, index);
  const std::string name = Cat(controller.prefix, suffix);
  json::object metadata;
  metadata["name"] = name;
  metadata["generateName"] = controller.prefix;
  metadata["namespace"] = View(namespace_name);
  if (const json::object* given = FindObject(pod_template, "metadata")) {
    for (const auto& member : *given) {
      if (!metadata.contains(member.key())) metadata[member.key()] = member.value();
    }
  }
  json::object& labels = EnsureObject(metadata, "labels");
  for (const auto& [key, value] : controller.labels) labels[key] = value;
  json::object spec;
  if (const json::object* given = FindObject(pod_template, "spec")) spec = *given;
  if (controller.numbered) {
    labels["statefulset.kubernetes.io/pod-name"] = name;
    labels["apps.kubernetes.io/pod-index"] = suffix;
    if (!spec.contains("hostname")) spec["hostname"] = name;
  }
  metadata["ownerReferences"] = json::array{json::object{{"apiVersion", controller.api_version},
                                                         {"kind", controller.kind},
                                                         {"name", controller.name},
                                                         {"controller", true},
                                                         {"blockOwnerDeletion", true}}};
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

/// The object that holds `template` for a workload kind; nullptr for kinds without one.
json::object* TemplateHolder(json::object& workload, std::string_view kind) {
  json::object* spec = FindObject(workload, "spec");
  if (spec == nullptr || kind != "CronJob") return spec;
  json::object* job = FindObject(*spec, "jobTemplate");
  return job == nullptr ? nullptr : FindObject(*job, "spec");
}

}  // namespace

absl::StatusOr<std::optional<PodTemplate>> FindPodTemplate(json::object& workload) {
  const std::string kind(FindString(workload, "kind"));
  const json::object* metadata = FindObject(workload, "metadata");
  Owner owner{std::string(metadata ? FindString(*metadata, "name") : std::string_view()), kind,
              std::string(FindString(workload, "apiVersion"))};
  if (kind == "Pod") return PodTemplate{&workload, OwnerOf(workload)};
  const bool known = kind == "CronJob" || std::find(kTemplateAtSpec.begin(), kTemplateAtSpec.end(),
                                                    kind) != kTemplateAtSpec.end();
  if (!known) return std::nullopt;
  json::object* holder = TemplateHolder(workload, kind);
  json::object* pod = holder == nullptr ? nullptr : FindObject(*holder, "template");
  if (pod == nullptr) {
    return Wrong(workload, kind == "CronJob" ? "spec.jobTemplate.spec.template is missing"
                                             : "spec.template is missing");
  }
  return PodTemplate{pod, std::move(owner)};
}

absl::StatusOr<std::vector<json::object>> WorkloadPods(const json::object& workload,
                                                       std::string_view default_namespace) {
  json::object copy = workload;
  auto found = FindPodTemplate(copy);
  if (!found.ok()) return found.status();
  std::vector<json::object> pods;
  if (!found->has_value() || FindString(workload, "kind") == "CronJob") return pods;

  const json::object* metadata = FindObject(workload, "metadata");
  const std::string_view name = metadata ? FindString(*metadata, "name") : std::string_view();
  if (name.empty()) return Wrong(workload, "metadata.name is missing");
  std::string_view namespace_name = FindString(*metadata, "namespace");
  if (namespace_name.empty()) namespace_name = default_namespace;

  if (FindString(workload, "kind") == "Pod") {
    EnsureObject(copy, "metadata")["namespace"] = View(namespace_name);
    pods.push_back(std::move(copy));
    return pods;
  }
  auto controller = ControllerOf(workload, name, *(*found)->pod);
  if (!controller.ok()) return controller.status();
  for (std::int64_t i = 0; i < controller->pods; ++i) {
    pods.push_back(MakePod(*(*found)->pod, *controller, namespace_name, i));
  }
  return pods;
}

}  // namespace outrigger::injector
