#include <absl/strings/ascii.h>

#include <utility>

#include "injector/json.h"
#include "injector/proxy_config.h"
#include "injector/proxy_env.h"
#include "injector/render.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

class Environment {
 public:
  void Add(std::string_view name, std::string_view value) {
    list_.push_back(json::object{{"name", View(name)}, {"value", View(value)}});
  }
  void AddUnlessEmpty(std::string_view name, std::string_view value) {
    if (!value.empty()) Add(name, value);
  }
  void AddField(std::string_view name, std::string_view path) {
    AddFrom(name, "fieldRef", {{"fieldPath", View(path)}});
  }
  void AddLimit(std::string_view name, std::string_view resource) {
    AddFrom(name, "resourceFieldRef", {{"resource", View(resource)}, {"divisor", "1"}});
  }
  json::array Take() { return std::move(list_); }

 private:
  void AddFrom(std::string_view name, std::string_view source, json::object reference) {
    json::object from;
    from[View(source)] = std::move(reference);
    list_.push_back(json::object{{"name", View(name)}, {"valueFrom", std::move(from)}});
  }

  json::array list_;
};

void AppendPorts(const json::object& container, json::array& ports) {
  const json::array* own = FindArray(container, "ports");
  if (own == nullptr) return;
  for (const json::value& port : *own) ports.push_back(port);
}

/// Ports and names of the app's containers. A user's own istio-proxy counts for ports only, and
/// last: a container moves when it is injected, the answer must not.
std::pair<std::string, std::string> AppContainers(const json::object& pod) {
  json::array ports;
  std::string names;
  const json::object* spec = FindObject(pod, "spec");
  const json::array* containers = spec == nullptr ? nullptr : FindArray(*spec, "containers");
  if (containers == nullptr) return {"[]", ""};
  for (const json::value& item : *containers) {
    const json::object& container = item.get_object();
    const std::string_view name = FindString(container, "name");
    if (name == kProxyContainer) continue;
    AppendPorts(container, ports);
    names += Cat(names.empty() ? "" : ",", name);
  }
  if (const json::object* own = FindNamed(*containers, kProxyContainer)) AppendPorts(*own, ports);
  return {ToText(ports), names};
}

std::string OwnerUrl(const RenderInput& input) {
  if (input.owner.name.empty()) return {};
  return Cat("kubernetes://apis/", input.owner.api_version, "/namespaces/",
             input.namespace_name.empty() ? std::string_view("default") : input.namespace_name, "/",
             absl::AsciiStrToLower(input.owner.kind), "s/", input.owner.name);
}

std::string WorkloadName(const RenderInput& input) {
  const json::object* metadata = FindObject(input.pod, "metadata");
  const json::object* labels = metadata == nullptr ? nullptr : FindObject(*metadata, "labels");
  const std::string_view label = labels == nullptr
                                     ? std::string_view()
                                     : FindString(*labels, "service.istio.io/workload-name");
  return label.empty() ? input.owner.name : std::string(label);
}

}  // namespace

json::array ProxyEnvironment(const RenderInput& input) {
  const InjectorOptions& options = input.options;
  const PodSettings& settings = input.settings;
  const auto [ports, containers] = AppContainers(input.pod);
  Environment env;
  if (options.inbound_localhost) env.Add("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION", "true");
  env.Add("PILOT_CERT_PROVIDER", "istiod");
  env.Add("CA_ADDR", options.ca_address.empty() ? DiscoveryAddress(options) : options.ca_address);
  env.AddField("POD_NAME", "metadata.name");
  env.AddField("POD_NAMESPACE", "metadata.namespace");
  env.AddField("INSTANCE_IP", "status.podIP");
  env.AddField("SERVICE_ACCOUNT", "spec.serviceAccountName");
  env.AddField("HOST_IP", "status.hostIP");
  env.AddLimit("ISTIO_CPU_LIMIT", "limits.cpu");
  env.Add("PROXY_CONFIG", ToText(WithoutDefaults(settings.proxy_config)) + "\n");
  env.Add("ISTIO_META_POD_PORTS", ports);
  env.Add("ISTIO_META_APP_CONTAINERS", containers);
  env.AddLimit("GOMEMLIMIT", "limits.memory");
  env.AddUnlessEmpty("COMPLIANCE_POLICY", options.compliance_policy);
  if (options.compliance_policy == "fips-140-3") env.Add("GODEBUG", "fips140=only");
  env.Add("ISTIO_META_CLUSTER_ID",
          options.cluster_name.empty() ? "Kubernetes" : options.cluster_name);
  env.AddField("ISTIO_META_NODE_NAME", "spec.nodeName");
  env.Add("ISTIO_META_INTERCEPTION_MODE", settings.interception_mode);
  env.AddUnlessEmpty("ISTIO_META_NETWORK", options.network);
  env.AddUnlessEmpty("ISTIO_META_WORKLOAD_NAME", WorkloadName(input));
  env.AddUnlessEmpty("ISTIO_META_OWNER", OwnerUrl(input));
  if (!settings.bootstrap_override.empty()) {
    env.Add("ISTIO_BOOTSTRAP_OVERRIDE", "/etc/istio/custom-bootstrap/custom_bootstrap.json");
  }
  env.AddUnlessEmpty("ISTIO_META_MESH_ID",
                     options.mesh_id.empty() ? options.trust_domain : options.mesh_id);
  env.AddUnlessEmpty("TRUST_DOMAIN", options.trust_domain);
  for (const auto& [name, value] : ProxyMetadata(settings.proxy_config)) {
    if (!IsWrittenAfterMerging(name)) env.Add(name, value);
  }
  return env.Take();
}

}  // namespace outrigger::injector
