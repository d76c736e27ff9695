#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/mesh_options.h"
#include "control/service.h"
#include "control/store.h"
#include "control/visibility.h"

namespace outrigger::istio {
class ConnectionPoolSettings;
class LoadBalancerSettings;
class Subset;
class TrafficPolicy;
}  // namespace outrigger::istio

namespace outrigger::control {

/// All DestinationRules of one namespace for one host with the same exportTo, merged: subsets are
/// united (the first definition of a name wins), the traffic policy is that of the oldest rule that
/// has one (traffic-api 4.2).
struct MergedRule {
  std::string ns;
  std::string host;  ///< expanded; may be a pattern
  Visibility visibility;
  const istio::TrafficPolicy* policy = nullptr;  ///< may be null
  std::vector<const istio::Subset*> subsets;
  const Resource* newest = nullptr;

  [[nodiscard]] const istio::Subset* FindSubset(std::string_view name) const;
};

/// The blocks that hold for one (service, port, subset); null: all defaults.
struct DestinationPolicy {
  const istio::LoadBalancerSettings* load_balancer = nullptr;
  const istio::ConnectionPoolSettings* connection_pool = nullptr;
};

/// The DestinationRules of a store, ready to be asked. Refers to the store's resources.
/// Rules with a workloadSelector are not yet effective and left out (inert.h reports them).
class DestinationRules {
 public:
  DestinationRules(const Store& store, const MeshOptions& options);

  /// The rule a client in `client_ns` uses for a Service: the first of client namespace, service
  /// namespace and root namespace that has a match; namespaces never combine. Null: no rule.
  [[nodiscard]] const MergedRule* Find(std::string_view client_ns, std::string_view service_ns,
                                       std::string_view host) const;

 private:
  using Rules = std::vector<MergedRule>;

  void Add(const Resource& resource, const MeshOptions& options);
  [[nodiscard]] const MergedRule* FindIn(std::string_view ns, std::string_view client_ns,
                                         std::string_view host, bool private_only) const;

  std::string root_namespace_;
  std::map<std::string, std::map<std::string, Rules, std::less<>>, std::less<>> exact_;
  std::map<std::string, std::map<std::string, Rules, std::less<>>, std::less<>> patterns_;
};

/// Which blocks count (traffic-api 4.3). A port-level entry replaces the blocks of its level
/// wholesale; a subset's blocks override those of the rule one by one.
/// @param rule    may be null
/// @param subset  may be null
DestinationPolicy ResolvePolicy(const MergedRule* rule, const istio::Subset* subset,
                                std::uint32_t port);

}  // namespace outrigger::control
