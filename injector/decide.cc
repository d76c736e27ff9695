#include "injector/decide.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "injector/json.h"
#include "injector/webhook.h"

namespace outrigger::injector {
namespace {

constexpr std::string_view kInject = "sidecar.istio.io/inject";

std::string Quoted(std::string_view key, std::string_view value) {
  return std::string(key) + "=" + std::string(value);
}

/// Why no entry matched, in the order the labels outrank each other.
std::string WhyNotSelected(const Namespace& ns, const Labels& pod_labels) {
  if (Find(pod_labels, kInject) == "false") return "the pod has label " + Quoted(kInject, "false");
  if (const auto label = ns.labels.find("istio-injection"); label != ns.labels.end()) {
    return "namespace " + ns.name + " has label " + Quoted("istio-injection", label->second);
  }
  if (const auto label = ns.labels.find("istio.io/rev"); label != ns.labels.end()) {
    return "namespace " + ns.name + " belongs to revision " + label->second;
  }
  if (const auto label = pod_labels.find("istio.io/rev"); label != pod_labels.end()) {
    return "the pod asks for revision " + label->second;
  }
  return "namespace " + ns.name +
         " has no label istio-injection=enabled and the pod has no label " +
         Quoted(kInject, "true");
}

std::string WhySelected(const Namespace& ns, const Labels& pod_labels) {
  if (ns.labels.contains("istio-injection")) {
    return "namespace " + ns.name + " has label istio-injection=enabled";
  }
  if (const auto label = ns.labels.find("istio.io/rev"); label != ns.labels.end()) {
    return "namespace " + ns.name + " has label " + Quoted("istio.io/rev", label->second);
  }
  if (const auto label = pod_labels.find("istio.io/rev"); label != pod_labels.end()) {
    return "the pod has label " + Quoted("istio.io/rev", label->second);
  }
  if (Find(pod_labels, kInject) == "true") return "the pod has label " + Quoted(kInject, "true");
  return "namespaces are injected by default";
}

bool AnyMatches(const std::vector<Selector>& selectors, const Labels& labels) {
  return std::any_of(selectors.begin(), selectors.end(), [&](const Selector& selector) {
    return !selector.empty() && Matches(selector, labels);
  });
}

/// The pod's own word: the label when the key is present, else the annotation.
std::optional<Decision> OwnWord(const Labels& labels, const Labels& annotations) {
  const bool is_label = labels.contains(kInject);
  const std::string_view value = is_label ? Find(labels, kInject) : Find(annotations, kInject);
  const std::string where = is_label ? "the pod has label " : "the pod has annotation ";
  if (value == "true") return Decision{true, where + Quoted(kInject, value)};
  if (value == "false") return Decision{false, where + Quoted(kInject, value)};
  return std::nullopt;
}

}  // namespace

Decision SelectedByWebhook(const Namespace& ns, const Labels& pod_labels,
                           const InjectorOptions& options) {
  const WebhookOptions webhook{options.revision, options.enable_namespaces_by_default};
  for (const WebhookEntry& entry : WebhookEntries(webhook)) {
    if (Matches(entry.namespace_match, ns.labels) && Matches(entry.object_match, pod_labels)) {
      return {true, WhySelected(ns, pod_labels)};
    }
  }
  return {false, WhyNotSelected(ns, pod_labels)};
}

Decision AllowedByPolicy(const json::object& pod, std::string_view namespace_name,
                         const InjectorOptions& options) {
  if (const json::object* spec = FindObject(pod, "spec"); spec != nullptr) {
    const json::value* host_network = spec->if_contains("hostNetwork");
    if (host_network != nullptr && host_network->is_bool() && host_network->get_bool()) {
      return {false, "the pod uses the host's network"};
    }
  }
  if (IsSystemNamespace(namespace_name)) {
    return {false, "namespace " + std::string(namespace_name) + " is never injected"};
  }
  if (options.policy != "enabled" && options.policy != "disabled") {
    return {false,
            "the injector's policy '" + options.policy + "' is neither 'enabled' nor 'disabled'"};
  }
  const json::object* metadata = FindObject(pod, "metadata");
  const Labels labels = ToLabels(metadata ? FindObject(*metadata, "labels") : nullptr);
  const Labels annotations = ToLabels(metadata ? FindObject(*metadata, "annotations") : nullptr);
  if (auto decision = OwnWord(labels, annotations)) return *std::move(decision);
  if (AnyMatches(options.never_inject, labels)) return {false, "a neverInjectSelector matches"};
  if (AnyMatches(options.always_inject, labels)) return {true, "an alwaysInjectSelector matches"};
  return {options.policy == "enabled", "the injector's policy is " + options.policy};
}

Decision Decide(const Namespace& ns, const json::object& pod, const InjectorOptions& options) {
  const json::object* metadata = FindObject(pod, "metadata");
  const Labels labels = ToLabels(metadata ? FindObject(*metadata, "labels") : nullptr);
  Decision selected = SelectedByWebhook(ns, labels, options);
  if (!selected.inject) return selected;
  Decision allowed = AllowedByPolicy(pod, ns.name, options);
  return allowed.inject ? selected : allowed;
}

}  // namespace outrigger::injector
