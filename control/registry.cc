#include "control/registry.h"

#include <algorithm>
#include <tuple>

namespace outrigger::control {
namespace {

bool IsExternalName(const Resource& resource) {
  return resource.document.FindString("/spec/type") == "ExternalName";
}

using PodsByNamespace = std::unordered_map<std::string_view, std::vector<const Pod*>>;

// A selector reaches its own namespace only. An empty one takes nothing: whoever leaves it out
// wants to name the endpoints elsewhere.
std::vector<const Pod*> Select(const Service& service, const PodsByNamespace& pods) {
  std::vector<const Pod*> selected;
  const auto here = pods.find(service.ns);
  if (service.selector.empty() || here == pods.end()) return selected;
  for (const Pod* pod : here->second) {
    if (Includes(pod->labels, service.selector)) selected.push_back(pod);
  }
  return selected;
}

}  // namespace

Registry::Registry(const Store& store, const std::vector<Pod>& pods, const MeshOptions& options) {
  for (const Pod& pod : pods) pods_.push_back(&pod);
  std::ranges::sort(pods_, [](const Pod* a, const Pod* b) {
    return std::tie(a->ns, a->name) < std::tie(b->ns, b->name);
  });
  for (const Resource* resource : store.All(Kind::kService)) {
    if (!IsExternalName(*resource)) services_.push_back(ReadService(*resource, options));
  }
  std::ranges::sort(services_, {}, &Service::host);

  PodsByNamespace by_namespace;
  for (const Pod* pod : pods_) by_namespace[pod->ns].push_back(pod);
  for (const Service& service : services_) {
    by_host_.emplace(service.host, &service);
    selected_.push_back(Select(service, by_namespace));
    for (const Pod* pod : selected_.back()) services_of_[pod].push_back(&service);
  }
  for (auto& [pod, owners] : services_of_) {
    std::ranges::stable_sort(owners, [](const Service* a, const Service* b) {
      return Older(*a->resource, *b->resource);
    });
  }
}

const Service* Registry::Find(std::string_view host) const {
  const auto found = by_host_.find(host);
  return found == by_host_.end() ? nullptr : found->second;
}

const std::vector<const Pod*>& Registry::PodsOf(const Service& service) const {
  return selected_[static_cast<std::size_t>(&service - services_.data())];
}

std::vector<ServiceEndpoint> Registry::EndpointsOf(const Service& service,
                                                   const ServicePort& port) const {
  std::vector<ServiceEndpoint> endpoints;
  for (const Pod* pod : PodsOf(service)) {
    const std::uint16_t target = TargetPort(port, *pod);
    const bool usable = pod->ready || service.publish_not_ready;
    if (usable && target != 0 && !pod->addresses.empty()) endpoints.push_back({pod, target});
  }
  return endpoints;
}

std::vector<const Service*> Registry::ServicesOf(const Pod& pod) const {
  const auto found = services_of_.find(&pod);
  return found == services_of_.end() ? std::vector<const Service*>() : found->second;
}

}  // namespace outrigger::control
