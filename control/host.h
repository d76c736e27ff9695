#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace outrigger::control {

/// Host names of Istio's kinds (traffic-api section 1). Names are handled lower-cased and without
/// a trailing dot; a pattern is a name whose first label starts with `*`, or `*` alone.

/// Lower case, no trailing dot; a name without a dot becomes `<name>.<ns>.svc.<cluster_domain>`.
/// `*` and IP literals stay. `ns` is that of the rule, never of the service.
std::string ExpandHost(std::string_view host, std::string_view ns, std::string_view cluster_domain);

bool IsIpLiteral(std::string_view host);
inline bool IsPattern(std::string_view host) { return host.starts_with('*'); }

/// True when every name that `host` stands for is one that `pattern` stands for. `*.foo.com`
/// covers `a.foo.com`, `a.b.foo.com` and `*.a.foo.com`, not `foo.com`.
bool Covers(std::string_view pattern, std::string_view host);

/// The narrower of the two when one covers the other.
std::optional<std::string_view> Intersect(std::string_view a, std::string_view b);

/// Sort order for picking: exact before pattern, longer pattern before shorter, then alphabetical.
bool MoreSpecific(std::string_view a, std::string_view b);

/// Whether the data plane can pick a virtual host by it: an exact name, `*`, or `*.` and a suffix.
/// `*-a.foo.com` is well-formed for Istio but not yet effective.
bool IsRoutable(std::string_view host);

/// Why `host` cannot be a host of a VirtualService or DestinationRule; empty: it can.
std::string CheckHost(std::string_view host);
/// DNS-1123 label: names of subsets, gateways and namespaces.
bool IsDnsLabel(std::string_view name);

/// `reviews.default.svc.cluster.local`.
std::string ServiceHost(std::string_view name, std::string_view ns,
                        std::string_view cluster_domain);
/// `outbound|9080|v1|reviews.default.svc.cluster.local`: the name every tool knows a cluster by.
std::string OutboundClusterName(unsigned port, std::string_view subset, std::string_view host);

}  // namespace outrigger::control
