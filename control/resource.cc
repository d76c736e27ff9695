#include "control/resource.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cassert>
#include <tuple>

#include "api/istio/destination_rule.pb.h"
#include "api/istio/gateway.pb.h"
#include "api/istio/virtual_service.pb.h"

namespace outrigger::control {
namespace {

struct KindRow {
  Kind kind;
  std::string_view group;  // "" is the core group, whose apiVersion has no slash
  std::string_view name;
};

constexpr std::array kKinds = {
    KindRow{Kind::kNamespace, "", "Namespace"},
    KindRow{Kind::kServiceAccount, "", "ServiceAccount"},
    KindRow{Kind::kConfigMap, "", "ConfigMap"},
    KindRow{Kind::kService, "", "Service"},
    KindRow{Kind::kPod, "", "Pod"},
    KindRow{Kind::kDeployment, "apps", "Deployment"},
    KindRow{Kind::kGateway, "networking.istio.io", "Gateway"},
    KindRow{Kind::kVirtualService, "networking.istio.io", "VirtualService"},
    KindRow{Kind::kDestinationRule, "networking.istio.io", "DestinationRule"},
};

bool KnownVersion(std::string_view group, std::string_view version) {
  if (group == "networking.istio.io") {
    return version == "v1" || version == "v1beta1" || version == "v1alpha3";
  }
  return version == "v1";
}

template <class Spec>
const Spec& SpecOf(const Resource& resource) {
  assert(resource.spec != nullptr && "only resource_reader.cc makes Istio resources, with a spec");
  return static_cast<const Spec&>(*resource.spec);
}

}  // namespace

std::optional<Kind> FindKind(std::string_view api_version, std::string_view kind) {
  const auto slash = api_version.find('/');
  const bool core = slash == std::string_view::npos;
  const std::string_view group = core ? std::string_view() : api_version.substr(0, slash);
  const std::string_view version = core ? api_version : api_version.substr(slash + 1);
  for (const KindRow& row : kKinds) {
    if (row.name == kind && row.group == group && KnownVersion(group, version)) return row.kind;
  }
  return std::nullopt;
}

std::string_view ToString(Kind kind) {
  const auto row = std::ranges::find(kKinds, kind, &KindRow::kind);
  return row->name;
}

std::ostream& operator<<(std::ostream& out, Kind kind) { return out << ToString(kind); }

bool IsNamespaced(Kind kind) { return kind != Kind::kNamespace; }

bool Includes(const Labels& labels, const Labels& selector) {
  return std::ranges::all_of(selector, [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

Labels LabelsAt(const config::Document& document, std::string_view pointer) {
  Labels labels;
  const boost::json::value* value = document.Find(pointer);
  if (value == nullptr || !value->is_object()) return labels;
  for (const auto& [key, text] : value->get_object()) {
    if (text.is_string()) labels.emplace(key, text.get_string());
  }
  return labels;
}

std::string ToString(const ResourceKey& key) {
  std::string text(ToString(key.kind));
  text += ' ';
  if (!key.ns.empty()) text += key.ns + '/';
  return text + key.name;
}

std::ostream& operator<<(std::ostream& out, const ResourceKey& key) { return out << ToString(key); }

bool Older(const Resource& a, const Resource& b) {
  if (a.created != b.created) {
    if (a.created.empty() || b.created.empty()) return b.created.empty();
    return a.created < b.created;
  }
  return std::tie(a.key.name, a.key.ns) < std::tie(b.key.name, b.key.ns);
}

const istio::VirtualService& VirtualServiceSpec(const Resource& resource) {
  return SpecOf<istio::VirtualService>(resource);
}

const istio::DestinationRule& DestinationRuleSpec(const Resource& resource) {
  return SpecOf<istio::DestinationRule>(resource);
}

const istio::Gateway& GatewaySpec(const Resource& resource) {
  return SpecOf<istio::Gateway>(resource);
}

}  // namespace outrigger::control
