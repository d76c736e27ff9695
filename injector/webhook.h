#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "injector/selector.h"

namespace outrigger::injector {

/// One entry of the MutatingWebhookConfiguration, in the terms the API server decides with. The
/// same table answers "would this pod reach the injector?" offline (decide.h) and is what an
/// install renders, so the two cannot drift apart.
struct WebhookEntry {
  std::string name;          ///< "namespace.sidecar-injector.istio.io"
  Selector namespace_match;  ///< on the labels of the pod's namespace
  Selector object_match;     ///< on the labels of the pod
};

struct WebhookOptions {
  std::string revision;                       ///< empty: the install without a revision
  bool enable_namespaces_by_default = false;  ///< adds the entry for unlabelled namespaces
};

/// Namespaces whose pods are never injected, whatever their labels say.
bool IsSystemNamespace(std::string_view name);

/// The entries of one control plane. At most one matches any combination of labels
/// (reference: injection contract, table 1.1).
std::vector<WebhookEntry> WebhookEntries(const WebhookOptions& options);

}  // namespace outrigger::injector
