#pragma once

#include <boost/json/fwd.hpp>
#include <ostream>
#include <string>

namespace outrigger::injector {

/// The workload a pod belongs to, as people name it: the Deployment, not its ReplicaSet.
struct Owner {
  std::string name;
  std::string kind;         ///< "Deployment"
  std::string api_version;  ///< "apps/v1"

  bool operator==(const Owner&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Owner& owner);

/// Reads the owner from a pod's controller ownerReference, which is used only when `generateName`
/// is set (a pod somebody named by hand is its own workload). A ReplicaSet whose name ends with the
/// pod's template hash stands for its Deployment, likewise for Rollouts, DeploymentConfigs and
/// CronJobs.
Owner OwnerOf(const boost::json::object& pod);

}  // namespace outrigger::injector
