#include "injector/settings.h"

#include <absl/status/status.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <limits>
#include <string_view>
#include <utility>

#include "injector/json.h"
#include "injector/proxy_config.h"
#include "injector/text.h"
#include "injector/values.h"

namespace outrigger::injector {
namespace {

/// Every annotation that can refuse a pod, in the order problems are reported.
struct Rule {
  std::string_view name;
  std::string (*check)(std::string_view value);
};
constexpr Rule kRules[] = {
    {"sidecar.istio.io/interceptionMode", CheckInterceptionMode},
    {"sidecar.istio.io/proxyCPU", CheckQuantity},
    {"sidecar.istio.io/proxyMemory", CheckQuantity},
    {"sidecar.istio.io/proxyCPULimit", CheckQuantity},
    {"sidecar.istio.io/proxyMemoryLimit", CheckQuantity},
    {"status.sidecar.istio.io/port", CheckPort},
    {"readiness.status.sidecar.istio.io/initialDelaySeconds", CheckUint32},
    {"readiness.status.sidecar.istio.io/periodSeconds", CheckUint32},
    {"readiness.status.sidecar.istio.io/failureThreshold", CheckUint32},
    {"traffic.sidecar.istio.io/includeOutboundIPRanges", CheckCidrsOrAll},
    {"traffic.sidecar.istio.io/excludeOutboundIPRanges", CheckCidrs},
    {"traffic.sidecar.istio.io/includeInboundPorts", CheckPortsOrAll},
    {"traffic.sidecar.istio.io/excludeInboundPorts", CheckPorts},
    {"traffic.sidecar.istio.io/excludeOutboundPorts", CheckPorts},
    {"traffic.sidecar.istio.io/excludeInterfaces", CheckInterfaces},
    {"traffic.sidecar.istio.io/kubevirtInterfaces", CheckInterfaces},
    {"istio.io/reroute-virtual-interfaces", CheckInterfaces},
    {"prometheus.istio.io/merge-metrics", CheckBool},
};

std::string Invalid(std::string_view value, std::string_view name, std::string_view reason) {
  return Cat("invalid value '", value, "' for annotation '", name, "': ", reason);
}

std::string Join(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  for (const std::string& item : items) text += Cat(text.empty() ? "" : separator, item);
  return text;
}

class Reader {
 public:
  Reader(const Labels& annotations, const InjectorOptions& options)
      : annotations_(annotations), options_(options) {}

  absl::StatusOr<PodSettings> Read() {
    for (const Rule& rule : kRules) {
      if (const std::string* value = Get(rule.name)) {
        if (std::string reason = rule.check(*value); !reason.empty()) {
          problems_.push_back(Invalid(*value, rule.name, reason));
        }
      }
    }
    ReadProxyConfig();
    ReadUserVolumes("sidecar.istio.io/userVolume", settings_.user_volumes);
    ReadUserVolumes("sidecar.istio.io/userVolumeMount", settings_.user_volume_mounts);
    ReadTemplates();
    if (!problems_.empty()) return absl::InvalidArgumentError(Join(problems_, "; "));
    ReadContainers();
    ReadAgent();
    ReadInterception();
    return std::move(settings_);
  }

 private:
  const std::string* Get(std::string_view name) const {
    const auto found = annotations_.find(name);
    return found == annotations_.end() ? nullptr : &found->second;
  }
  std::string Or(std::string_view name, const std::string& fallback) const {
    const std::string* value = Get(name);
    return value == nullptr ? fallback : *value;
  }
  bool BoolOr(std::string_view name, bool fallback) const {
    const std::string* value = Get(name);
    return value == nullptr ? fallback : ParseBool(*value).value_or(fallback);
  }
  std::uint32_t NumberOr(std::string_view name, std::uint32_t fallback) const {
    const std::string* value = Get(name);
    return value == nullptr
               ? fallback
               : ParseNumber(*value, std::numeric_limits<std::uint32_t>::max()).value_or(fallback);
  }
  std::optional<std::string> IfSaid(std::string_view name, const std::string& value) const {
    if (const std::string* said = Get(name)) return *said;
    return value.empty() ? std::nullopt : std::optional<std::string>(value);
  }

  void ReadProxyConfig();
  void ReadUserVolumes(std::string_view name, json::object& into);
  void ReadTemplates();
  void ReadContainers();
  Resources ReadResources() const;
  std::string Image(const std::string& name) const;
  void ReadAgent();
  void ReadInterception();

  const Labels& annotations_;
  const InjectorOptions& options_;
  PodSettings settings_;
  std::vector<std::string> problems_;
};

void Reader::ReadProxyConfig() {
  constexpr std::string_view kName = "proxy.istio.io/config";
  const std::string text = Or(kName, "");
  absl::StatusOr<json::object> effective = EffectiveProxyConfig(options_, text);
  if (!effective.ok()) {
    problems_.push_back(Invalid(text, kName, MessageOf(effective.status())));
    return;
  }
  settings_.proxy_config = *std::move(effective);
  if (const std::string* address = Get("sidecar.istio.io/discoveryAddress")) {
    settings_.proxy_config["discoveryAddress"] = *address;
  }
}

void Reader::ReadUserVolumes(std::string_view name, json::object& into) {
  const std::string* text = Get(name);
  if (text == nullptr || text->empty()) return;
  boost::json::error_code error;
  const json::value value = json::parse(*text, error);
  const json::object* volumes = error ? nullptr : value.if_object();
  const bool all_objects =
      volumes != nullptr && std::all_of(volumes->begin(), volumes->end(), [](const auto& member) {
        return member.value().is_object();
      });
  if (!all_objects) {
    problems_.push_back(Invalid(*text, name, "is not a JSON object of objects by volume name"));
    return;
  }
  into = *volumes;
}

void Reader::ReadTemplates() {
  constexpr std::string_view kName = "inject.istio.io/templates";
  std::vector<std::string> asked = options_.default_templates;
  if (asked.empty()) asked = {"sidecar"};
  const std::string* text = Get(kName);
  if (text != nullptr && !SplitList(*text).empty()) {
    asked.clear();
    for (const std::string_view item : SplitList(*text)) asked.emplace_back(item);
  }
  for (const std::string& name : asked) {
    const auto alias = options_.template_aliases.find(name);
    const std::string_view names = alias == options_.template_aliases.end() ? name : alias->second;
    for (const std::string_view resolved : SplitList(names)) {
      if (resolved != "sidecar" && resolved != "gateway") {
        problems_.push_back(Invalid(
            text == nullptr ? name : *text, kName,
            Cat("there is no template '", resolved, "', the known ones are gateway, sidecar")));
      } else {
        settings_.templates.emplace_back(resolved);
      }
    }
  }
}

/// The whole image reference for an image named by the options.
std::string Reader::Image(const std::string& name) const {
  const std::string annotation = Or("sidecar.istio.io/proxyImage", "");
  if (annotation.find('/') != std::string::npos) return annotation;
  if (name.find('/') != std::string::npos) return name;
  std::string variant = options_.variant;
  if (const json::object* image = FindObject(settings_.proxy_config, "image")) {
    const std::string_view type = FindString(*image, "imageType");
    if (!type.empty()) variant = std::string(type);
  }
  variant = Or("sidecar.istio.io/proxyImageType", variant);
  const bool plain = variant.empty() || variant == "default";
  return Cat(options_.hub, "/", name, ":", options_.tag, plain ? "" : "-", plain ? "" : variant);
}

/// Saying any of the four drops all defaults, so that a pod can have requests without limits.
Resources Reader::ReadResources() const {
  const Resources own{Or("sidecar.istio.io/proxyCPU", ""), Or("sidecar.istio.io/proxyMemory", ""),
                      Or("sidecar.istio.io/proxyCPULimit", ""),
                      Or("sidecar.istio.io/proxyMemoryLimit", "")};
  const bool any = !own.cpu_request.empty() || !own.memory_request.empty() ||
                   !own.cpu_limit.empty() || !own.memory_limit.empty();
  return any ? own : options_.resources;
}

void Reader::ReadContainers() {
  settings_.image = Image(options_.image);
  settings_.init_image = Image(options_.init_image);
  settings_.resources = ReadResources();
  settings_.log_level = Or("sidecar.istio.io/logLevel", options_.log_level);
  settings_.component_log_level =
      Or("sidecar.istio.io/componentLogLevel", options_.component_log_level);
  settings_.agent_log_level = Or("sidecar.istio.io/agentLogLevel", options_.agent_log_level);
  const bool gateway = std::find(settings_.templates.begin(), settings_.templates.end(),
                                 "gateway") != settings_.templates.end();
  settings_.native = !gateway && BoolOr("sidecar.istio.io/nativeSidecar",
                                        options_.native_sidecars == NativeSidecars::kOn);
  // False in one place does not cancel true in the other.
  const json::value* hold = settings_.proxy_config.if_contains("holdApplicationUntilProxyStarts");
  settings_.hold_application =
      options_.hold_application || (hold != nullptr && hold->is_bool() && hold->get_bool());
  settings_.cap_net_bind_service = BoolOr("sidecar.istio.io/capNetBindService", false);
  settings_.bootstrap_override = Or("sidecar.istio.io/bootstrapOverride", "");
}

void Reader::ReadAgent() {
  std::uint32_t port = 15020;
  if (Has(settings_.proxy_config, "statusPort")) {
    port = settings_.proxy_config.at("statusPort").to_number<std::uint32_t>();
  }
  settings_.status_port =
      static_cast<std::uint16_t>(NumberOr("status.sidecar.istio.io/port", port));
  settings_.readiness_initial_delay_seconds =
      NumberOr("readiness.status.sidecar.istio.io/initialDelaySeconds",
               options_.readiness_initial_delay_seconds);
  settings_.readiness_period_seconds = NumberOr("readiness.status.sidecar.istio.io/periodSeconds",
                                                options_.readiness_period_seconds);
  settings_.readiness_failure_threshold = NumberOr(
      "readiness.status.sidecar.istio.io/failureThreshold", options_.readiness_failure_threshold);
  settings_.rewrite_probes =
      BoolOr("sidecar.istio.io/rewriteAppHTTPProbers", options_.rewrite_probes);
  settings_.merge_prometheus =
      BoolOr("prometheus.istio.io/merge-metrics", options_.enable_prometheus_merge);
}

void Reader::ReadInterception() {
  const std::string_view configured = FindString(settings_.proxy_config, "interceptionMode");
  settings_.interception_mode = Or("sidecar.istio.io/interceptionMode",
                                   configured.empty() ? "REDIRECT" : std::string(configured));
  settings_.include_outbound_ip_ranges =
      Or("traffic.sidecar.istio.io/includeOutboundIPRanges", options_.include_outbound_ip_ranges);
  settings_.exclude_outbound_ip_ranges =
      Or("traffic.sidecar.istio.io/excludeOutboundIPRanges", options_.exclude_outbound_ip_ranges);
  settings_.include_inbound_ports =
      Or("traffic.sidecar.istio.io/includeInboundPorts", options_.include_inbound_ports);
  const std::string excluded =
      Or("traffic.sidecar.istio.io/excludeInboundPorts", options_.exclude_inbound_ports);
  std::vector<std::string> ports;
  for (const std::string_view item : SplitList(excluded)) ports.emplace_back(item);
  const std::string status = Cat(settings_.status_port);
  if (settings_.status_port != 0 && std::find(ports.begin(), ports.end(), status) == ports.end()) {
    ports.push_back(status);
  }
  settings_.exclude_inbound_ports = Join(ports, ",");
  settings_.include_outbound_ports =
      IfSaid("traffic.sidecar.istio.io/includeOutboundPorts", options_.include_outbound_ports);
  settings_.exclude_outbound_ports =
      IfSaid("traffic.sidecar.istio.io/excludeOutboundPorts", options_.exclude_outbound_ports);
  settings_.reroute_interfaces = IfSaid("traffic.sidecar.istio.io/kubevirtInterfaces", "");
  if (const std::string* newer = Get("istio.io/reroute-virtual-interfaces")) {
    settings_.reroute_interfaces = *newer;
  }
  settings_.exclude_interfaces = IfSaid("traffic.sidecar.istio.io/excludeInterfaces", "");
}

}  // namespace

absl::StatusOr<PodSettings> ReadSettings(const Labels& annotations,
                                         const InjectorOptions& options) {
  return Reader(annotations, options).Read();
}

}  // namespace outrigger::injector
