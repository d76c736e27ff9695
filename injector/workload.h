#pragma once

#include <absl/status/statusor.h>

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "injector/owner.h"

namespace outrigger::injector {

/// The pod template inside a workload object, and what its pods are named after.
struct PodTemplate {
  boost::json::object* pod = nullptr;  ///< object with `metadata` and `spec`, inside the workload
  Owner owner;
};

/// Finds the pod template of a Pod, Deployment, DaemonSet, ReplicaSet, StatefulSet, Job, CronJob,
/// ReplicationController or DeploymentConfig. The pointer lives as long as `workload` is unchanged.
/// For a CronJob `pod` is `spec.jobTemplate.spec.template`.
/// @return Empty for every other kind; kInvalidArgument when the template is missing or no object.
absl::StatusOr<std::optional<PodTemplate>> FindPodTemplate(boost::json::object& workload);

/// The pods that Kubernetes' controllers would create for a workload: name, generateName,
/// namespace, labels with the template hash, controller ownerReference and spec. These go through
/// Decide and Inject exactly as pods from the API server do, so OwnerOf gives the Deployment.
///
/// Names are stable: the same workload gives the same names (Kubernetes draws random ones).
/// A StatefulSet numbers its pods (which then also have that hostname); a DaemonSet has one (one
/// node); a Job has `parallelism`; a CronJob has none until its time comes, neither has a workload
/// with `replicas: 0`.
///
/// @param default_namespace  For objects that name none.
/// @return Empty for other kinds; kInvalidArgument when the object has not the shape of its kind.
absl::StatusOr<std::vector<boost::json::object>> WorkloadPods(const boost::json::object& workload,
                                                              std::string_view default_namespace);

}  // namespace outrigger::injector
