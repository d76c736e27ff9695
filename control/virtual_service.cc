#include "control/virtual_service.h"

#include <algorithm>
#include <array>

#include "api/istio/virtual_service.pb.h"
#include "control/host.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

using Reach = Visibility::Reach;

VirtualService Resolve(const Resource& resource, const MeshOptions& options) {
  VirtualService service;
  service.ns = resource.key.ns;
  service.spec = &VirtualServiceSpec(resource);
  service.resource = &resource;
  for (const std::string& host : service.spec->hosts()) {
    service.hosts.push_back(ExpandHost(host, service.ns, options.cluster_domain));
  }
  for (const std::string& gateway : service.spec->gateways()) {
    service.gateways.insert(ResolveGatewayName(gateway, service.ns));
  }
  if (service.gateways.empty()) service.gateways.emplace(kMesh);
  service.visibility = Visibility(service.spec->export_to(), service.ns);
  return service;
}

void CollectSourceLabels(const istio::VirtualService& spec,
                         std::set<std::string, std::less<>>& keys) {
  for (const auto& route : spec.http()) {
    for (const auto& match : route.match()) {
      for (const auto& [key, value] : match.source_labels()) keys.insert(key);
    }
  }
}

}  // namespace

std::string ResolveGatewayName(std::string_view reference, std::string_view ns) {
  if (reference == kMesh) return std::string(reference);
  if (const auto slash = reference.find('/'); slash != std::string_view::npos) {
    const std::string_view own = reference.substr(0, slash);
    return std::string(own == "." ? ns : own) + std::string(reference.substr(slash));
  }
  if (reference.find('.') != std::string_view::npos) {
    const std::vector<std::string_view> labels = Split(reference, '.');
    return std::string(labels[1]) + "/" + std::string(labels[0]);
  }
  return std::string(ns) + "/" + std::string(reference);
}

VirtualServices::VirtualServices(const Store& store, const MeshOptions& options) {
  for (const Resource* resource : store.All(Kind::kVirtualService)) {
    all_.push_back(Resolve(*resource, options));
    CollectSourceLabels(*all_.back().spec, source_label_keys_);
  }
}

std::vector<const VirtualService*> VirtualServices::For(std::string_view gateway,
                                                        std::string_view client_ns) const {
  std::array<std::vector<const VirtualService*>, 3> by_reach;  // kPrivate, kExplicit, kPublic
  for (const VirtualService& service : all_) {
    const Reach reach = service.visibility.ReachOf(client_ns);
    if (reach == Reach::kHidden || !service.gateways.contains(gateway)) continue;
    by_reach[static_cast<std::size_t>(reach)].push_back(&service);
  }
  std::vector<const VirtualService*> ordered;
  for (const auto& group : by_reach) ordered.insert(ordered.end(), group.begin(), group.end());
  return ordered;
}

HostOwners::HostOwners(const std::vector<const VirtualService*>& in_lookup_order) {
  for (const VirtualService* service : in_lookup_order) {
    for (const std::string& host : service->hosts) {
      (IsPattern(host) ? patterns_ : exact_).emplace(host, service);  // the first one stays
    }
  }
}

const VirtualService* HostOwners::OwnerOf(std::string_view host) const {
  if (const auto found = exact_.find(host); found != exact_.end()) return found->second;
  const VirtualService* owner = nullptr;
  std::string_view best;
  for (const auto& [pattern, service] : patterns_) {
    if (!Covers(pattern, host) || (owner != nullptr && !MoreSpecific(pattern, best))) continue;
    owner = service;
    best = pattern;
  }
  return owner;
}

}  // namespace outrigger::control
