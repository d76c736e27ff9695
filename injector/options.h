#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "injector/selector.h"

namespace outrigger::injector {

/// Kubernetes quantities, as text ("100m", "128Mi"); an empty one is left out of the container.
struct Resources {
  std::string cpu_request, memory_request, cpu_limit, memory_limit;
};

/// Whether istio-proxy becomes an init container with `restartPolicy: Always`. The annotation
/// `sidecar.istio.io/nativeSidecar` overrides either.
enum class NativeSidecars { kOff, kOn };

/// What an operator decides once for a control plane. The comment of each field names the install
/// value or mesh setting it carries; defaults are the standard install's.
struct InjectorOptions {
  // Images: <hub>/<image>:<tag>[-<variant>]. An image name with a slash is a whole reference.
  std::string hub = "outrigger";                ///< global.hub
  std::string tag = "latest";                   ///< global.tag; programs set their own version
  std::string variant;                          ///< global.variant
  std::string image = "proxyv2";                ///< global.proxy.image
  std::string init_image = "proxyv2";           ///< global.proxy_init.image
  std::string image_pull_policy;                ///< global.imagePullPolicy
  std::vector<std::string> image_pull_secrets;  ///< global.imagePullSecrets

  // Identity of the control plane and the mesh.
  std::string revision;                          ///< revision; empty is "default" on the pod
  std::string istio_namespace = "istio-system";  ///< global.istioNamespace
  std::string cluster_domain = "cluster.local";  ///< global.proxy.clusterDomain
  std::string trust_domain = "cluster.local";    ///< mesh trustDomain, else global.trustDomain
  std::string ca_address;                        ///< global.caAddress
  std::string cluster_name;                      ///< global.multiCluster.clusterName
  std::string network;                           ///< global.network
  std::string mesh_id;                           ///< global.meshID; empty: the trust domain

  // The sidecar container.
  Resources resources = {"100m", "128Mi", "2", "1Gi"};  ///< global.proxy.resources
  std::string log_level = "warning";                    ///< global.proxy.logLevel
  std::string component_log_level = "misc:error";       ///< global.proxy.componentLogLevel
  std::string agent_log_level = "default:info";         ///< global.logging.level
  bool log_as_json = false;                             ///< global.logAsJson
  int sts_port = 0;                                     ///< global.sts.servicePort; 0: no flag
  std::string outlier_log_path;                         ///< global.proxy.outlierLogPath
  bool privileged = false;                              ///< global.proxy.privileged
  std::uint32_t readiness_initial_delay_seconds = 0;    ///< global.proxy.readiness...
  std::uint32_t readiness_period_seconds = 15;
  std::uint32_t readiness_failure_threshold = 4;
  bool startup_probe = true;  ///< global.proxy.startupProbe.enabled
  std::uint32_t startup_failure_threshold = 600;
  bool hold_application = false;        ///< global.proxy.holdApplicationUntilProxyStarts
  boost::json::object lifecycle;        ///< global.proxy.lifecycle; replaces ours when not empty
  boost::json::object seccomp_profile;  ///< global.proxy.seccompProfile
  bool mount_mtls_certs = false;        ///< global.mountMtlsCerts
  std::string compliance_policy;        ///< COMPLIANCE_POLICY of the control plane
  NativeSidecars native_sidecars = NativeSidecars::kOff;

  // Interception.
  std::uint16_t outbound_port = 15001;           ///< mesh proxyListenPort
  std::uint16_t inbound_port = 15006;            ///< mesh proxyInboundListenPort
  std::string include_outbound_ip_ranges = "*";  ///< global.proxy.includeIPRanges
  std::string exclude_outbound_ip_ranges;        ///< global.proxy.excludeIPRanges
  std::string include_inbound_ports = "*";       ///< global.proxy.includeInboundPorts
  std::string exclude_inbound_ports;             ///< global.proxy.excludeInboundPorts
  std::string include_outbound_ports;            ///< global.proxy.includeOutboundPorts
  std::string exclude_outbound_ports;            ///< global.proxy.excludeOutboundPorts
  bool cni = false;              ///< pilot.cni.enabled: validate instead of setting rules
  std::string cni_network;       ///< "default/istio-cni" when Multus is in use
  bool force_apply = false;      ///< global.proxy_init.forceApplyIptables
  bool native_nftables = false;  ///< global.nativeNftables

  // Mesh settings.
  /// mesh defaultConfig as a JSON tree with Istio's field names (proxy_config.h).
  boost::json::object proxy_config;
  bool inbound_localhost = false;       ///< mesh inboundTrafficPolicy LOCALHOST
  bool enable_prometheus_merge = true;  ///< mesh enablePrometheusMerge
  bool rewrite_probes = true;           ///< sidecarInjectorWebhook.rewriteAppHTTPProbe

  // The injector's own configuration (key `config` of the injector ConfigMap).
  std::string policy = "enabled";  ///< "enabled" or "disabled"; other values never inject
  bool enable_namespaces_by_default = false;  ///< sidecarInjectorWebhook.enableNamespacesByDefault
  std::vector<Selector> never_inject, always_inject;  ///< an empty selector matches nothing here
  std::vector<std::string> default_templates = {"sidecar"};
  Labels template_aliases;      ///< alias -> comma list of template names
  Labels injected_annotations;  ///< added to every injected pod
};

}  // namespace outrigger::injector
