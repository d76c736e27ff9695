#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/pod.h"
#include "local/pod_spec.h"

namespace outrigger::control {
class Store;
}

namespace outrigger::local {

/// A pod that should run.
struct PodPlan {
  PodSpec spec;          ///< after injection
  std::string workload;  ///< its Deployment; empty: a bare pod
  std::string
      workload_key;  ///< "Deployment default/reviews-v1": pods of one workload replace each other
  std::string fingerprint;  ///< equal for equal pods as written, before injection
  std::vector<control::ContainerPort> ports;
  /// `file:line: Kind ns/name`, the line being that of the container's image (of the object for
  /// "").
  std::function<std::string(const std::string& container)> where;
};

/// Expands the workloads of a store into pods and injects those whose namespace or labels say so.
///
/// @param inject_namespace  Counts as labelled istio-injection=enabled; "" for none.
/// @param say  Takes one line per workload that cannot be run, with file, line and object.
std::vector<PodPlan> PlanPods(const control::Store& store, const std::string& inject_namespace,
                              const std::function<void(std::string)>& say);

/// The pod as the compiler wants it.
control::Pod ToControlPod(const PodPlan& plan, std::string address, bool ready, bool has_proxy);

/// The manifests of the ingress gateway, for meshes whose Gateways ask for it (`istio:
/// ingressgateway`).
std::string_view IngressGatewayManifests();
/// Whether a Gateway of the store selects it.
bool WantsIngressGateway(const control::Store& store);
/// Name of the gateway listener that serves the first plaintext HTTP server of those Gateways:
/// `0.0.0.0_8080`.
std::string GatewayListener(const control::Store& store);

}  // namespace outrigger::local
