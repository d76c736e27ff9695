// Admission of DestinationRule (traffic-api 4).
#include <fmt/format.h>

#include <cstdint>
#include <set>

#include "api/istio/destination_rule.pb.h"
#include "control/admission.h"
#include "control/field_check.h"
#include "control/host.h"
#include "control/sorted.h"
#include "control/visibility.h"

namespace outrigger::control {
namespace {

void CheckNotNegative(std::int32_t value, const config::Path& path, Report& report) {
  if (value < 0) report.Error(path, fmt::format("{} is negative", value));
}

void CheckTcp(const istio::ConnectionPoolSettings::Tcp& tcp, const config::Path& path,
              Report& report) {
  CheckNotNegative(tcp.max_connections(), path.Key("maxConnections"), report);
  if (tcp.has_connect_timeout()) {
    CheckDuration(tcp.connect_timeout(), path.Key("connectTimeout"), report);
  }
}

void CheckHttp(const istio::ConnectionPoolSettings::Http& http, const config::Path& path,
               Report& report) {
  using Http = istio::ConnectionPoolSettings::Http;
  CheckNotNegative(http.http1_max_pending_requests(), path.Key("http1MaxPendingRequests"), report);
  CheckNotNegative(http.http2_max_requests(), path.Key("http2MaxRequests"), report);
  CheckNotNegative(http.max_requests_per_connection(), path.Key("maxRequestsPerConnection"),
                   report);
  CheckNotNegative(http.max_retries(), path.Key("maxRetries"), report);
  CheckNotNegative(http.max_concurrent_streams(), path.Key("maxConcurrentStreams"), report);
  if (http.has_idle_timeout()) CheckDuration(http.idle_timeout(), path.Key("idleTimeout"), report);
  if (http.use_client_protocol() && http.h2_upgrade_policy() == Http::UPGRADE) {
    report.Error(path.Key("useClientProtocol"), "excludes h2UpgradePolicy UPGRADE; keep one");
  }
}

void CheckConnectionPool(const istio::ConnectionPoolSettings& pool, const config::Path& path,
                         Report& report) {
  if (!pool.has_tcp() && !pool.has_http()) {
    return report.Error(path, "one of tcp and http is required");
  }
  if (pool.has_tcp()) CheckTcp(pool.tcp(), path.Key("tcp"), report);
  if (pool.has_http()) CheckHttp(pool.http(), path.Key("http"), report);
}

void CheckPortPolicy(const istio::PortTrafficPolicy& policy, const config::Path& path,
                     Report& report) {
  const config::Path port = path.Key("port");
  CheckPort(policy.port().number(), port.Key("number"), report);
  if (!policy.has_load_balancer() && !policy.has_connection_pool() &&
      !policy.has_outlier_detection() && !policy.has_tls()) {
    report.Error(path, "one of connectionPool, loadBalancer, outlierDetection, tls is required");
  }
  if (policy.has_connection_pool()) {
    CheckConnectionPool(policy.connection_pool(), path.Key("connectionPool"), report);
  }
}

void CheckPolicy(const istio::TrafficPolicy& policy, const config::Path& path, Report& report) {
  if (policy.ByteSizeLong() == 0) {
    return report.Error(path, "is empty; leave it out or fill it");
  }
  if (policy.has_connection_pool()) {
    CheckConnectionPool(policy.connection_pool(), path.Key("connectionPool"), report);
  }
  if (policy.has_tunnel() && policy.has_proxy_protocol()) {
    report.Error(path.Key("proxyProtocol"), "excludes tunnel; keep one");
  }
  const config::Path ports = path.Key("portLevelSettings");
  for (int i = 0; i < policy.port_level_settings_size(); ++i) {
    CheckPortPolicy(policy.port_level_settings(i), ports.Index(static_cast<std::size_t>(i)),
                    report);
  }
}

void CheckSubset(const istio::Subset& subset, const config::Path& path, Report& report) {
  if (!IsDnsLabel(subset.name())) {
    report.Error(path.Key("name"),
                 fmt::format("'{}' is not a subset name (lower case letters, digits, dashes)",
                             subset.name()));
  }
  const config::Path labels = path.Key("labels");
  for (const auto& [key, value] : Sorted(subset.labels())) {
    if (key.find('*') != std::string_view::npos || value->find('*') != std::string::npos) {
      report.Error(labels.Key(key), "labels have no wildcards; write the value");
    }
  }
  if (subset.has_traffic_policy()) {
    CheckPolicy(subset.traffic_policy(), path.Key("trafficPolicy"), report);
  }
}

// A rule for chosen clients may not be shown to others.
void CheckSelector(const istio::DestinationRule& spec, const ResourceKey& key,
                   const config::Path& path, Report& report) {
  for (const std::string& ns : spec.export_to()) {
    if (ns != "." && ns != key.ns) {
      report.Error(path.Key("exportTo"), "with workloadSelector only '.' is possible");
    }
  }
}

}  // namespace

void CheckDestinationRule(const istio::DestinationRule& spec, const ResourceKey& key,
                          Report& report) {
  const config::Path root;
  const config::Path path = root.Key("spec");
  CheckHostField(spec.host(), path.Key("host"), report);
  CheckExportTo(spec.export_to(), key.ns, path.Key("exportTo"), report);
  if (spec.has_workload_selector()) CheckSelector(spec, key, path, report);
  if (spec.has_traffic_policy()) {
    CheckPolicy(spec.traffic_policy(), path.Key("trafficPolicy"), report);
  }
  std::set<std::string> names;
  const config::Path subsets = path.Key("subsets");
  for (int i = 0; i < spec.subsets_size(); ++i) {
    const config::Path here = subsets.Index(static_cast<std::size_t>(i));
    CheckSubset(spec.subsets(i), here, report);
    if (!names.insert(spec.subsets(i).name()).second) {
      report.Error(here.Key("name"), fmt::format("'{}' is there twice", spec.subsets(i).name()));
    }
  }
}

}  // namespace outrigger::control
