#pragma once

#include <string_view>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "control/destination_rule.h"
#include "control/registry.h"

namespace outrigger::control {

/// Names that tools and dashboards look for (interception section 7).
inline constexpr std::string_view kPassthroughCluster = "PassthroughCluster";
inline constexpr std::string_view kInboundPassthroughCluster = "InboundPassthroughCluster";
inline constexpr std::string_view kBlackHoleCluster = "BlackHoleCluster";
/// Connections from here are let through to the app by the interception rules.
inline constexpr std::string_view kInboundSourceAddress = "127.0.0.6";

/// Whether clients reach pods by the address the app chose. A gateway has no such address.
enum class ClientSide : std::uint8_t { kSidecar, kGateway };

/// `outbound|port|subset|host`: the endpoints of a Service port, those of a subset when one is
/// given, with the policy that `rule` has for them. For a sidecar a headless Service and load
/// balancer PASSTHROUGH mean the original destination instead.
/// @param rule, subset  may be null.
v1::Cluster OutboundCluster(const Registry& registry, const Service& service,
                            const ServicePort& port, const MergedRule* rule,
                            const istio::Subset* subset, ClientSide side);

/// All clusters of one Service port: the whole Service first, then each subset of the rule.
void AddOutboundClusters(const Registry& registry, const Service& service, const ServicePort& port,
                         const MergedRule* rule, ClientSide side, v1::ProxyConfig* out);

/// `inbound|port||`: the app of this pod. @param owner  the Service its metrics name; may be null.
v1::Cluster InboundCluster(std::uint32_t port, const Service* owner);

/// To wherever the connection was going; `source_address` may be empty.
v1::Cluster OriginalDestinationCluster(std::string_view name, std::string_view source_address);
/// Closes what is sent to it.
v1::Cluster BlackHoleCluster();

/// Copies the limits that the data plane has (traffic-api 4.5).
void FillConnectionPool(const istio::ConnectionPoolSettings& settings, v1::Cluster* out);

}  // namespace outrigger::control
