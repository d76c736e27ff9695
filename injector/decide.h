#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "injector/options.h"
#include "injector/selector.h"

namespace outrigger::injector {

/// Whether a pod gets a sidecar, and why, as one sentence for people ("namespace label
/// istio-injection=enabled").
struct Decision {
  bool inject = false;
  std::string reason;
};

struct Namespace {
  std::string name;
  Labels labels;
};

/// Gate A: would the API server call this control plane's webhook? It sees labels only.
Decision SelectedByWebhook(const Namespace& ns, const Labels& pod_labels,
                           const InjectorOptions& options);

/// Gate B: the injector's own policy, on a pod the API server sent. First decisive step wins:
/// host network, system namespace, the inject label (annotation when the label is absent),
/// never-selectors, always-selectors, policy.
///
/// @param pod        A pod or pod template: an object with `metadata` and `spec`.
/// @param namespace_name  Where the pod will live.
Decision AllowedByPolicy(const boost::json::object& pod, std::string_view namespace_name,
                         const InjectorOptions& options);

/// Both gates. The reason is that of the gate that said no, else gate A's.
Decision Decide(const Namespace& ns, const boost::json::object& pod,
                const InjectorOptions& options);

}  // namespace outrigger::injector
