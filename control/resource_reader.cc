#include "control/resource_reader.h"

#include <fmt/format.h>

#include <memory>

#include "api/istio/destination_rule.pb.h"
#include "api/istio/gateway.pb.h"
#include "api/istio/virtual_service.pb.h"
#include "control/admission.h"
#include "control/host.h"
#include "control/inert.h"
#include "proxy/config/read.h"

namespace outrigger::control {
namespace {

// Null for Kubernetes' own kinds: they stay a tree, so that nothing of them is lost.
std::shared_ptr<google::protobuf::Message> NewSpec(Kind kind) {
  switch (kind) {
    case Kind::kVirtualService:
      return std::make_shared<istio::VirtualService>();
    case Kind::kDestinationRule:
      return std::make_shared<istio::DestinationRule>();
    case Kind::kGateway:
      return std::make_shared<istio::Gateway>();
    default:
      return nullptr;
  }
}

void CheckSpec(const Resource& resource, Report& report) {
  switch (resource.key.kind) {
    case Kind::kVirtualService:
      return CheckVirtualService(VirtualServiceSpec(resource), resource.key, report);
    case Kind::kDestinationRule:
      return CheckDestinationRule(DestinationRuleSpec(resource), resource.key, report);
    case Kind::kGateway:
      return CheckGateway(GatewaySpec(resource), resource.key, report);
    case Kind::kService:
      return CheckService(resource.document, report);
    default:
      return;
  }
}

// False when the object must not be used.
bool ReadSpec(Resource& resource, config::Problems* problems) {
  Report report(resource, problems);
  if (auto spec = NewSpec(resource.key.kind)) {
    config::Problems found;
    const bool read = config::ToMessage(resource.document, "/spec", spec.get(), &found);
    report.Append(found);
    if (!read) return false;
    resource.spec = spec;
    ReportInertFields(*spec, report);
  }
  CheckSpec(resource, report);
  return !report.has_errors();
}

// Names become host names and parts of cluster names, so we hold them to the API server's rules.
bool CheckNames(const Resource& resource, config::Problems* problems) {
  const ResourceKey& key = resource.key;
  Report report(key, resource.document, problems);
  const config::Path root;
  const config::Path metadata = root.Key("metadata");
  if (IsNamespaced(key.kind) && !IsDnsLabel(key.ns)) {
    report.Error(metadata.Key("namespace"), fmt::format("'{}' is not a namespace name", key.ns));
  }
  const bool label = key.kind == Kind::kService || key.kind == Kind::kNamespace;
  if (label && !IsDnsLabel(key.name)) {
    report.Error(metadata.Key("name"),
                 fmt::format("'{}' is not a name (lower case letters, digits, dashes)", key.name));
  }
  return !report.has_errors();
}

}  // namespace

ReadOutcome ReadResource(const config::Document& document, std::string_view default_namespace,
                         config::Problems* problems) {
  const std::string api_version(document.api_version());
  const std::string kind_name(document.kind());
  if (api_version.empty() || kind_name.empty()) {
    problems->Error(document.file(), document.line(), "",
                    "not a Kubernetes object: apiVersion and kind are required");
    return {};
  }
  const std::optional<Kind> kind = FindKind(api_version, kind_name);
  if (!kind) {
    problems->Warning(document.file(), document.LineOf("/kind"), "kind",
                      fmt::format("{} {} '{}' is not a kind we use; skipped", api_version,
                                  kind_name, document.name()));
    return {};
  }
  auto resource = std::make_shared<Resource>();
  resource->key = {.kind = *kind, .ns = {}, .name = std::string(document.name())};
  resource->document = document;
  if (IsNamespaced(*kind)) {
    resource->key.ns = document.ns().empty() ? default_namespace : document.ns();
  }
  if (resource->key.name.empty()) {
    problems->Error(document.file(), document.LineOf("/metadata"), "metadata.name",
                    fmt::format("{} without a name", kind_name));
    return {};
  }
  if (!CheckNames(*resource, problems)) return {};
  resource->created = document.FindString("/metadata/creationTimestamp");
  resource->labels = LabelsAt(document, "/metadata/labels");
  resource->annotations = LabelsAt(document, "/metadata/annotations");
  if (!ReadSpec(*resource, problems)) return {.resource = nullptr, .refused = resource->key};
  return {.resource = std::move(resource), .refused = std::nullopt};
}

}  // namespace outrigger::control
