#include "injector/owner.h"

#include <algorithm>

#include "injector/json.h"

namespace outrigger::injector {
namespace {

const json::object* Controller(const json::object& metadata) {
  const json::array* references = FindArray(metadata, "ownerReferences");
  if (references == nullptr) return nullptr;
  for (const json::value& item : *references) {
    const json::object* reference = item.if_object();
    if (reference == nullptr) continue;
    const json::value* controller = reference->if_contains("controller");
    if (controller != nullptr && controller->is_bool() && controller->get_bool()) return reference;
  }
  return nullptr;
}

/// "details-v1-7f4" without "-7f4"; empty when the name does not end with the hash.
std::string WithoutHash(std::string_view name, std::string_view hash) {
  const std::string suffix = "-" + std::string(hash);
  if (hash.empty() || name.size() <= suffix.size() || !name.ends_with(suffix)) return {};
  return std::string(name.substr(0, name.size() - suffix.size()));
}

/// The CronJob part of a Job name "<x>-<8 to 10 digits>"; empty when the name is none.
std::string CronJobName(std::string_view job) {
  const std::size_t dash = job.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  const std::string_view digits = job.substr(dash + 1);
  const bool timestamp =
      digits.size() >= 8 && digits.size() <= 10 &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return timestamp ? std::string(job.substr(0, dash)) : std::string();
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Owner& owner) {
  return out << owner.api_version << ' ' << owner.kind << ' ' << owner.name;
}

Owner OwnerOf(const json::object& pod) {
  static const json::object kNone;
  const json::object* found = FindObject(pod, "metadata");
  const json::object& metadata = found == nullptr ? kNone : *found;
  const Owner itself{std::string(FindString(metadata, "name")), "Pod", "v1"};
  if (FindString(metadata, "generateName").empty()) return itself;
  const json::object* reference = Controller(metadata);
  if (reference == nullptr) return itself;

  const Labels labels = ToLabels(FindObject(metadata, "labels"));
  const Owner owner{std::string(FindString(*reference, "name")),
                    std::string(FindString(*reference, "kind")),
                    std::string(FindString(*reference, "apiVersion"))};
  if (owner.kind == "ReplicaSet") {
    if (std::string name = WithoutHash(owner.name, Find(labels, "rollouts-pod-template-hash"));
        !name.empty()) {
      return {name, "Rollout", "v1alpha1"};
    }
    if (std::string name = WithoutHash(owner.name, Find(labels, "pod-template-hash"));
        !name.empty()) {
      return {name, "Deployment", owner.api_version};
    }
  }
  if (owner.kind == "ReplicationController") {
    if (const std::string_view name = Find(labels, "deploymentconfig"); !name.empty()) {
      return {std::string(name), "DeploymentConfig", owner.api_version};
    }
  }
  if (owner.kind == "Job") {
    if (std::string name = CronJobName(owner.name); !name.empty()) {
      return {name, "CronJob", "batch/v1"};
    }
  }
  return owner;
}

}  // namespace outrigger::injector
