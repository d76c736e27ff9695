#include "injector/webhook.h"

#include <algorithm>
#include <array>

namespace outrigger::injector {
namespace {

constexpr std::string_view kRevisionLabel = "istio.io/rev";
constexpr std::string_view kNamespaceLabel = "istio-injection";
constexpr std::string_view kPodLabel = "sidecar.istio.io/inject";
constexpr std::string_view kDomain = "sidecar-injector.istio.io";

constexpr std::array<std::string_view, 4> kSystemNamespaces = {
    "kube-system", "kube-public", "kube-node-lease", "local-path-storage"};

using Operator = Requirement::Operator;

Requirement Absent(std::string_view key) { return {std::string(key), Operator::kDoesNotExist, {}}; }
Requirement Is(std::string_view key, std::string_view value) {
  return {std::string(key), Operator::kIn, {std::string(value)}};
}
Requirement IsNot(std::string_view key, std::string_view value) {
  return {std::string(key), Operator::kNotIn, {std::string(value)}};
}
std::string Name(std::string_view prefix) { return std::string(prefix) + std::string(kDomain); }

}  // namespace

bool IsSystemNamespace(std::string_view name) {
  return std::find(kSystemNamespaces.begin(), kSystemNamespaces.end(), name) !=
         kSystemNamespaces.end();
}

std::vector<WebhookEntry> WebhookEntries(const WebhookOptions& options) {
  const std::string revision = options.revision.empty() ? "default" : options.revision;
  std::vector<WebhookEntry> entries = {
      {Name("rev.namespace."),
       {Is(kRevisionLabel, revision), Absent(kNamespaceLabel)},
       {IsNot(kPodLabel, "false")}},
      {Name("rev.object."),
       {Absent(kRevisionLabel), Absent(kNamespaceLabel)},
       {IsNot(kPodLabel, "false"), Is(kRevisionLabel, revision)}},
  };
  if (!options.revision.empty() && options.revision != "default") return entries;
  entries.push_back(
      {Name("namespace."), {Is(kNamespaceLabel, "enabled")}, {IsNot(kPodLabel, "false")}});
  entries.push_back({Name("object."),
                     {Absent(kNamespaceLabel), Absent(kRevisionLabel)},
                     {Is(kPodLabel, "true"), Absent(kRevisionLabel)}});
  if (options.enable_namespaces_by_default) {
    Requirement not_system{"kubernetes.io/metadata.name", Operator::kNotIn, {}};
    not_system.values.assign(kSystemNamespaces.begin(), kSystemNamespaces.end());
    entries.push_back({Name("auto."),
                       {Absent(kNamespaceLabel), Absent(kRevisionLabel), not_system},
                       {Absent(kPodLabel), Absent(kRevisionLabel)}});
  }
  return entries;
}

}  // namespace outrigger::injector
