#include "injector/render.h"

#include <algorithm>
#include <utility>

#include "injector/json.h"
#include "injector/proxy_config.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

/// At most 63 characters that neither start nor end with punctuation, as label values must.
std::string AsLabelValue(std::string_view name) {
  constexpr std::string_view kPunctuation = "-_.";
  std::string_view value = name.substr(0, 63);
  while (!value.empty() && kPunctuation.find(value.front()) != std::string_view::npos) {
    value.remove_prefix(1);
  }
  while (!value.empty() && kPunctuation.find(value.back()) != std::string_view::npos) {
    value.remove_suffix(1);
  }
  return std::string(value);
}

std::string_view FirstOf(const Labels& labels, std::initializer_list<std::string_view> keys,
                         std::string_view fallback) {
  for (const std::string_view key : keys) {
    if (const std::string_view value = Find(labels, key); !value.empty()) return value;
  }
  return fallback;
}

/// Sets a label unless the user has one that is not empty.
void AddLabel(json::object& added, const Labels& own, std::string_view key,
              std::string_view value) {
  if (Find(own, key).empty() && !value.empty()) added[View(key)] = View(value);
}

json::object RenderLabels(const RenderInput& input, const Labels& own) {
  const bool sidecar = input.which == Template::kSidecar;
  json::object labels;
  if (sidecar && !own.contains("security.istio.io/tlsMode")) {
    labels["security.istio.io/tlsMode"] = "istio";
  }
  const std::string_view name = FirstOf(own, {"app.kubernetes.io/name", "app"}, input.owner.name);
  AddLabel(labels, own, "service.istio.io/canonical-name",
           sidecar ? AsLabelValue(name) : std::string(name));
  AddLabel(labels, own, "service.istio.io/canonical-revision",
           FirstOf(own, {"app.kubernetes.io/version", "version"}, "latest"));
  const Labels metadata = ProxyMetadata(input.settings.proxy_config);
  if (Find(metadata, "ISTIO_META_ENABLE_HBONE") == "true") {
    labels["networking.istio.io/tunnel"] = "http";
  }
  return labels;
}

std::string_view FirstAppContainer(const json::object& pod) {
  const json::object* spec = FindObject(pod, "spec");
  const json::array* containers = spec == nullptr ? nullptr : FindArray(*spec, "containers");
  if (containers == nullptr) return {};
  for (const json::value& item : *containers) {
    const std::string_view name = FindString(item.get_object(), "name");
    if (name != kProxyContainer) return name;
  }
  return {};
}

/// What the CNI plugin reads in place of the init container's flags.
void AddCniAnnotations(const RenderInput& input, const Labels& own, json::object& annotations) {
  const PodSettings& settings = input.settings;
  const auto set = [&](std::string_view name, std::string_view value) {
    annotations[View(name)] = View(value);
  };
  set("sidecar.istio.io/interceptionMode", settings.interception_mode);
  if (!settings.include_outbound_ip_ranges.empty()) {
    set("traffic.sidecar.istio.io/includeOutboundIPRanges", settings.include_outbound_ip_ranges);
  }
  if (!settings.exclude_outbound_ip_ranges.empty()) {
    set("traffic.sidecar.istio.io/excludeOutboundIPRanges", settings.exclude_outbound_ip_ranges);
  }
  set("traffic.sidecar.istio.io/includeInboundPorts", settings.include_inbound_ports);
  set("traffic.sidecar.istio.io/excludeInboundPorts", settings.exclude_inbound_ports);
  const std::pair<std::string_view, const std::optional<std::string>*> if_said[] = {
      {"traffic.sidecar.istio.io/includeOutboundPorts", &settings.include_outbound_ports},
      {"traffic.sidecar.istio.io/excludeOutboundPorts", &settings.exclude_outbound_ports},
      {"traffic.sidecar.istio.io/excludeInterfaces", &settings.exclude_interfaces},
      {"istio.io/reroute-virtual-interfaces", &settings.reroute_interfaces}};
  for (const auto& [name, value] : if_said) {
    if (value->has_value()) set(name, **value);
  }
  // Multus: our network joins the user's, which is a comma list or a JSON array.
  const std::string& network = input.options.cni_network;
  constexpr std::string_view kNetworks = "k8s.v1.cni.cncf.io/networks";
  const std::string_view users = Find(own, kNetworks);
  if (network.empty() || users.find(network) != std::string_view::npos) return;
  if (users.empty()) {
    set(kNetworks, network);
  } else if (const std::size_t end = users.rfind(']');
             users.front() == '[' && end != std::string_view::npos) {
    const std::string_view list = users.substr(0, end);
    const bool none = list.find_first_not_of(" \t\n", 1) == std::string_view::npos;
    set(kNetworks, Cat(list, none ? "" : ", ", "{\"name\": \"", network, "\"}]"));
  } else {
    set(kNetworks, std::string(users) + ", " + network);
  }
}

json::object RenderAnnotations(const RenderInput& input, const Labels& own) {
  json::object annotations;
  const std::string_view app = FirstAppContainer(input.pod);
  for (const std::string_view key : {"kubectl.kubernetes.io/default-container",
                                     "kubectl.kubernetes.io/default-logs-container"}) {
    if (!own.contains(key) && !app.empty()) annotations[View(key)] = View(app);
  }
  annotations["istio.io/rev"] =
      input.options.revision.empty() ? std::string("default") : input.options.revision;
  if (input.which == Template::kSidecar && input.options.cni) {
    AddCniAnnotations(input, own, annotations);
  }
  return annotations;
}

json::object RenderSpec(const RenderInput& input) {
  json::object spec;
  json::array init_containers;
  json::array containers;
  if (input.which == Template::kSidecar && input.settings.interception_mode != "NONE") {
    init_containers.push_back(InitContainer(input));
  }
  (input.native() ? init_containers : containers).push_back(ProxyContainer(input));
  if (!init_containers.empty()) spec["initContainers"] = std::move(init_containers);
  if (!containers.empty()) spec["containers"] = std::move(containers);
  spec["volumes"] = ProxyVolumes(input);
  if (!input.options.image_pull_secrets.empty()) {
    json::array secrets;
    for (const std::string& name : input.options.image_pull_secrets) {
      secrets.push_back(json::object{{"name", name}});
    }
    spec["imagePullSecrets"] = std::move(secrets);
  }
  if (input.which == Template::kGateway) {
    spec["securityContext"] = json::object{
        {"sysctls", json::array{json::object{{"name", "net.ipv4.ip_unprivileged_port_start"},
                                             {"value", "0"}}}}};
  }
  return spec;
}

}  // namespace

json::object Render(const RenderInput& input) {
  const json::object* metadata = FindObject(input.pod, "metadata");
  const Labels labels = ToLabels(metadata ? FindObject(*metadata, "labels") : nullptr);
  const Labels annotations = ToLabels(metadata ? FindObject(*metadata, "annotations") : nullptr);
  json::object rendered_metadata;
  rendered_metadata["labels"] = RenderLabels(input, labels);
  rendered_metadata["annotations"] = RenderAnnotations(input, annotations);
  json::object overlay;
  overlay["metadata"] = std::move(rendered_metadata);
  overlay["spec"] = RenderSpec(input);
  return overlay;
}

}  // namespace outrigger::injector
