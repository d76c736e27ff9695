#include "control/destination_rule.h"

#include <algorithm>

#include "api/istio/destination_rule.pb.h"
#include "control/host.h"

namespace outrigger::control {
namespace {

using Reach = Visibility::Reach;

const MergedRule* PickVisible(const std::vector<MergedRule>& rules, std::string_view client_ns,
                              bool private_only) {
  const MergedRule* picked = nullptr;
  for (const MergedRule& rule : rules) {
    const Reach reach = rule.visibility.ReachOf(client_ns);
    if (reach == Reach::kHidden || (private_only && reach != Reach::kPrivate)) continue;
    // Sets with different exportTo stay apart; of several that are visible the newest counts.
    if (picked == nullptr || Older(*picked->newest, *rule.newest)) picked = &rule;
  }
  return picked;
}

const istio::PortTrafficPolicy* FindPort(const istio::TrafficPolicy* policy, std::uint32_t port) {
  if (policy == nullptr) return nullptr;
  for (const auto& entry : policy->port_level_settings()) {
    if (entry.port().number() == port) return &entry;
  }
  return nullptr;
}

// The blocks of one message; TrafficPolicy and PortTrafficPolicy have the same names for them.
template <class Policy>
DestinationPolicy BlocksOf(const Policy& policy) {
  DestinationPolicy blocks;
  if (policy.has_load_balancer()) blocks.load_balancer = &policy.load_balancer();
  if (policy.has_connection_pool()) blocks.connection_pool = &policy.connection_pool();
  return blocks;
}

DestinationPolicy BlocksFor(const istio::TrafficPolicy* policy, std::uint32_t port) {
  if (const auto* entry = FindPort(policy, port)) return BlocksOf(*entry);
  return policy == nullptr ? DestinationPolicy() : BlocksOf(*policy);
}

}  // namespace

const istio::Subset* MergedRule::FindSubset(std::string_view name) const {
  const auto found =
      std::ranges::find_if(subsets, [&](const istio::Subset* s) { return s->name() == name; });
  return found == subsets.end() ? nullptr : *found;
}

DestinationRules::DestinationRules(const Store& store, const MeshOptions& options)
    : root_namespace_(options.root_namespace) {
  for (const Resource* resource : store.All(Kind::kDestinationRule)) Add(*resource, options);
}

void DestinationRules::Add(const Resource& resource, const MeshOptions& options) {
  const istio::DestinationRule& spec = DestinationRuleSpec(resource);
  if (spec.has_workload_selector()) return;
  std::string host = ExpandHost(spec.host(), resource.key.ns, options.cluster_domain);
  const Visibility visibility(spec.export_to(), resource.key.ns);
  auto& by_host = (IsPattern(host) ? patterns_ : exact_)[resource.key.ns];
  Rules& rules = by_host[host];
  auto rule = std::ranges::find(rules, visibility, &MergedRule::visibility);
  if (rule == rules.end()) {
    rules.push_back({.ns = resource.key.ns,
                     .host = std::move(host),
                     .visibility = visibility,
                     .policy = nullptr,
                     .subsets = {},
                     .newest = nullptr});
    rule = std::prev(rules.end());
  }
  rule->newest = &resource;  // rules come oldest first
  if (rule->policy == nullptr && spec.has_traffic_policy()) rule->policy = &spec.traffic_policy();
  for (const istio::Subset& subset : spec.subsets()) {
    if (rule->FindSubset(subset.name()) == nullptr) rule->subsets.push_back(&subset);
  }
}

const MergedRule* DestinationRules::FindIn(std::string_view ns, std::string_view client_ns,
                                           std::string_view host, bool private_only) const {
  if (const auto hosts = exact_.find(ns); hosts != exact_.end()) {
    if (const auto rules = hosts->second.find(host); rules != hosts->second.end()) {
      if (const auto* rule = PickVisible(rules->second, client_ns, private_only)) return rule;
    }
  }
  const MergedRule* picked = nullptr;
  if (const auto hosts = patterns_.find(ns); hosts != patterns_.end()) {
    for (const auto& [pattern, rules] : hosts->second) {
      if (!Covers(pattern, host)) continue;
      if (picked != nullptr && !MoreSpecific(pattern, picked->host)) continue;
      if (const auto* rule = PickVisible(rules, client_ns, private_only)) picked = rule;
    }
  }
  return picked;
}

const MergedRule* DestinationRules::Find(std::string_view client_ns, std::string_view service_ns,
                                         std::string_view host) const {
  // In the root namespace's own view its exported rules are everybody's fallback, so they come
  // last there too; only private ones count as the client's.
  const bool in_root = client_ns == root_namespace_;
  if (const auto* rule = FindIn(client_ns, client_ns, host, in_root)) return rule;
  if (service_ns != client_ns) {
    if (const auto* rule = FindIn(service_ns, client_ns, host, false)) return rule;
  }
  return FindIn(root_namespace_, client_ns, host, false);
}

DestinationPolicy ResolvePolicy(const MergedRule* rule, const istio::Subset* subset,
                                std::uint32_t port) {
  if (rule == nullptr) return {};
  DestinationPolicy policy = BlocksFor(rule->policy, port);
  if (subset == nullptr || !subset->has_traffic_policy()) return policy;
  if (const auto* entry = FindPort(&subset->traffic_policy(), port)) return BlocksOf(*entry);
  const DestinationPolicy own = BlocksOf(subset->traffic_policy());
  if (own.load_balancer != nullptr) policy.load_balancer = own.load_balancer;
  if (own.connection_pool != nullptr) policy.connection_pool = own.connection_pool;
  return policy;
}

}  // namespace outrigger::control
