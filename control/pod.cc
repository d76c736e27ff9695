#include "control/pod.h"

#include <initializer_list>

#include "api/outrigger/v1/config.pb.h"
#include "control/mesh_options.h"

namespace outrigger::control {
namespace {

constexpr std::size_t kMaxLabelValue = 63;

// The first of `keys` that is there and not empty; empty when none is.
std::string_view FirstLabel(const Labels& labels, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const auto found = labels.find(key);
    if (found != labels.end() && !found->second.empty()) return found->second;
  }
  return {};
}

}  // namespace

std::string_view ToString(ProxyRole role) {
  switch (role) {
    case ProxyRole::kNone:
      return "none";
    case ProxyRole::kSidecar:
      return "sidecar";
    case ProxyRole::kGateway:
      return "gateway";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, ProxyRole role) { return out << ToString(role); }

std::string WorkloadName(const Pod& pod) {
  if (const auto label = FirstLabel(pod.labels, {"service.istio.io/workload-name"});
      !label.empty()) {
    return std::string(label);
  }
  return pod.workload.empty() ? pod.name : pod.workload;
}

std::string CanonicalName(const Pod& pod) {
  const auto label =
      FirstLabel(pod.labels, {"service.istio.io/canonical-name", "app.kubernetes.io/name", "app"});
  return label.empty() ? WorkloadName(pod).substr(0, kMaxLabelValue) : std::string(label);
}

std::string CanonicalRevision(const Pod& pod) {
  const auto label = FirstLabel(
      pod.labels, {"service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"});
  return label.empty() ? "latest" : std::string(label);
}

void FillNode(const Pod& pod, const MeshOptions& options, v1::Node* node) {
  node->set_namespace_(pod.ns);
  node->set_workload(WorkloadName(pod));
  node->set_canonical_name(CanonicalName(pod));
  node->set_canonical_revision(CanonicalRevision(pod));
  node->set_app(std::string(FirstLabel(pod.labels, {"app"})));
  node->set_version(std::string(FirstLabel(pod.labels, {"version"})));
  node->set_cluster_id(options.cluster_id);
  node->set_pod(pod.name);
  node->set_service_account(pod.service_account);
  node->set_trust_domain(options.trust_domain);
  for (const std::string& address : pod.addresses) node->add_addresses(address);
}

void FillWorkload(const Pod& pod, const MeshOptions& options, v1::Workload* workload) {
  for (const std::string& address : pod.addresses) workload->add_addresses(address);
  workload->set_namespace_(pod.ns);
  workload->set_name(WorkloadName(pod));
  workload->set_canonical_name(CanonicalName(pod));
  workload->set_canonical_revision(CanonicalRevision(pod));
  workload->set_app(std::string(FirstLabel(pod.labels, {"app.kubernetes.io/name", "app"})));
  workload->set_version(
      std::string(FirstLabel(pod.labels, {"app.kubernetes.io/version", "version"})));
  workload->set_cluster_id(options.cluster_id);
  workload->set_service_account(pod.service_account);
  workload->set_pod(pod.name);
}

}  // namespace outrigger::control
