#include "injector/install_values.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "injector/json.h"
#include "injector/merge.h"
#include "injector/text.h"
#include "injector/values.h"

namespace outrigger::injector {
namespace {

using Options = InjectorOptions;
using Member =
    std::variant<std::string Options::*, bool Options::*, int Options::*, std::uint32_t Options::*,
                 std::uint16_t Options::*, json::object Options::*>;

/// A dotted path in one of the texts and the option it sets.
struct Setting {
  std::string_view path;
  Member member;
};

const Setting kValues[] = {
    {"global.hub", &Options::hub},
    {"global.tag", &Options::tag},
    {"global.variant", &Options::variant},
    {"global.proxy.image", &Options::image},
    {"global.proxy_init.image", &Options::init_image},
    {"global.imagePullPolicy", &Options::image_pull_policy},
    {"revision", &Options::revision},
    {"global.istioNamespace", &Options::istio_namespace},
    {"global.proxy.clusterDomain", &Options::cluster_domain},
    {"global.trustDomain", &Options::trust_domain},
    {"global.caAddress", &Options::ca_address},
    {"global.multiCluster.clusterName", &Options::cluster_name},
    {"global.network", &Options::network},
    {"global.meshID", &Options::mesh_id},
    {"global.proxy.logLevel", &Options::log_level},
    {"global.proxy.componentLogLevel", &Options::component_log_level},
    {"global.logging.level", &Options::agent_log_level},
    {"global.logAsJson", &Options::log_as_json},
    {"global.sts.servicePort", &Options::sts_port},
    {"global.proxy.outlierLogPath", &Options::outlier_log_path},
    {"global.proxy.privileged", &Options::privileged},
    {"global.proxy.readinessInitialDelaySeconds", &Options::readiness_initial_delay_seconds},
    {"global.proxy.readinessPeriodSeconds", &Options::readiness_period_seconds},
    {"global.proxy.readinessFailureThreshold", &Options::readiness_failure_threshold},
    {"global.proxy.startupProbe.enabled", &Options::startup_probe},
    {"global.proxy.startupProbe.failureThreshold", &Options::startup_failure_threshold},
    {"global.proxy.holdApplicationUntilProxyStarts", &Options::hold_application},
    {"global.proxy.lifecycle", &Options::lifecycle},
    {"global.proxy.seccompProfile", &Options::seccomp_profile},
    {"global.mountMtlsCerts", &Options::mount_mtls_certs},
    {"global.proxy.includeIPRanges", &Options::include_outbound_ip_ranges},
    {"global.proxy.excludeIPRanges", &Options::exclude_outbound_ip_ranges},
    {"global.proxy.includeInboundPorts", &Options::include_inbound_ports},
    {"global.proxy.excludeInboundPorts", &Options::exclude_inbound_ports},
    {"global.proxy.includeOutboundPorts", &Options::include_outbound_ports},
    {"global.proxy.excludeOutboundPorts", &Options::exclude_outbound_ports},
    {"pilot.cni.enabled", &Options::cni},
    {"global.proxy_init.forceApplyIptables", &Options::force_apply},
    {"global.nativeNftables", &Options::native_nftables},
    {"sidecarInjectorWebhook.rewriteAppHTTPProbe", &Options::rewrite_probes},
    {"sidecarInjectorWebhook.enableNamespacesByDefault", &Options::enable_namespaces_by_default},
};

const Setting kMesh[] = {
    {"trustDomain", &Options::trust_domain},
    {"proxyListenPort", &Options::outbound_port},
    {"proxyInboundListenPort", &Options::inbound_port},
    {"enablePrometheusMerge", &Options::enable_prometheus_merge},
    {"defaultConfig", &Options::proxy_config},
};

/// The value at a dotted path; nullptr when absent or null.
const json::value* At(const json::object& tree, std::string_view path) {
  const json::object* here = &tree;
  for (;;) {
    const std::size_t dot = path.find('.');
    const json::value* value = here->if_contains(View(path.substr(0, dot)));
    if (value == nullptr || value->is_null()) return nullptr;
    if (dot == std::string_view::npos) return value;
    here = value->if_object();
    if (here == nullptr) return nullptr;
    path.remove_prefix(dot + 1);
  }
}

absl::Status Wrong(std::string_view path, std::string_view want) {
  return absl::InvalidArgumentError(Cat(path, " is not ", want));
}

absl::Status Set(const json::value& value, std::string_view path, std::string& option) {
  if (!value.is_string() && !value.is_number()) return Wrong(path, "a string");
  option = value.is_string() ? std::string(View(value.get_string())) : ToText(value);
  return absl::OkStatus();
}

absl::Status Set(const json::value& value, std::string_view path, bool& option) {
  if (!value.is_bool()) return Wrong(path, "true or false");
  option = value.get_bool();
  return absl::OkStatus();
}

template <std::integral Number>
absl::Status Set(const json::value& value, std::string_view path, Number& option) {
  boost::json::error_code error;
  const auto number = value.to_number<std::int64_t>(error);
  if (error || number < 0 || number > std::int64_t{std::numeric_limits<Number>::max()}) {
    return Wrong(path, Cat("a number from 0 to ", std::numeric_limits<Number>::max()));
  }
  option = static_cast<Number>(number);
  return absl::OkStatus();
}

absl::Status Set(const json::value& value, std::string_view path, json::object& option) {
  if (!value.is_object()) return Wrong(path, "a map");
  option = value.get_object();
  return absl::OkStatus();
}

template <std::size_t kCount>
absl::Status Apply(const json::object& tree, const Setting (&settings)[kCount], Options& options) {
  for (const Setting& setting : settings) {
    const json::value* value = At(tree, setting.path);
    if (value == nullptr) continue;
    absl::Status status = std::visit(
        [&](auto member) { return Set(*value, setting.path, options.*member); }, setting.member);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Quantity(const json::object& values, std::string_view path, std::string& option) {
  const json::value* value = At(values, path);
  option = value == nullptr     ? std::string()
           : value->is_string() ? std::string(View(value->get_string()))
                                : ToText(*value);
}

absl::Status ReadStrings(const json::value& value, std::string_view path,
                         std::vector<std::string>& into) {
  const json::array* list = value.if_array();
  if (list == nullptr) return Wrong(path, "a list");
  into.clear();
  for (const json::value& item : *list) {
    // imagePullSecrets may be names or objects with one.
    const json::object* object = item.if_object();
    const std::string_view text = object != nullptr  ? FindString(*object, "name")
                                  : item.is_string() ? View(item.get_string())
                                                     : std::string_view();
    if (text.empty()) return Wrong(path, "a list of strings");
    into.emplace_back(text);
  }
  return absl::OkStatus();
}

absl::Status ReadExpression(const json::object& expression, std::string_view path,
                            Selector& selector) {
  static const std::pair<std::string_view, Requirement::Operator> kOperators[] = {
      {"In", Requirement::Operator::kIn},
      {"NotIn", Requirement::Operator::kNotIn},
      {"Exists", Requirement::Operator::kExists},
      {"DoesNotExist", Requirement::Operator::kDoesNotExist}};
  Requirement requirement;
  requirement.key = FindString(expression, "key");
  bool known = false;
  for (const auto& [name, op] : kOperators) {
    if (FindString(expression, "operator") != name) continue;
    requirement.op = op;
    known = true;
  }
  if (!known) return Wrong(path, "a selector with operator In, NotIn, Exists or DoesNotExist");
  if (const json::value* values = At(expression, "values")) {
    if (absl::Status status = ReadStrings(*values, path, requirement.values); !status.ok()) {
      return status;
    }
  }
  selector.push_back(std::move(requirement));
  return absl::OkStatus();
}

absl::Status ReadSelectors(const json::object& config, std::string_view path,
                           std::vector<Selector>& into) {
  const json::value* value = At(config, path);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_array()) return Wrong(path, "a list of label selectors");
  into.clear();
  for (const json::value& item : value->get_array()) {
    const json::object* object = item.if_object();
    if (object == nullptr) return Wrong(path, "a list of label selectors");
    Selector selector;
    for (const auto& [key, label] : ToLabels(FindObject(*object, "matchLabels"))) {
      selector.push_back({key, Requirement::Operator::kIn, {label}});
    }
    if (const json::array* expressions = FindArray(*object, "matchExpressions")) {
      for (const json::value& expression : *expressions) {
        if (!expression.is_object()) return Wrong(path, "a list of label selectors");
        absl::Status status = ReadExpression(expression.get_object(), path, selector);
        if (!status.ok()) return status;
      }
    }
    into.push_back(std::move(selector));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyInstallValues(const json::object& values, Options& options) {
  if (absl::Status status = Apply(values, kValues, options); !status.ok()) return status;
  if (const json::value* secrets = At(values, "global.imagePullSecrets")) {
    absl::Status status =
        ReadStrings(*secrets, "global.imagePullSecrets", options.image_pull_secrets);
    if (!status.ok()) return status;
  }
  if (At(values, "global.proxy.resources") != nullptr) {
    Quantity(values, "global.proxy.resources.requests.cpu", options.resources.cpu_request);
    Quantity(values, "global.proxy.resources.requests.memory", options.resources.memory_request);
    Quantity(values, "global.proxy.resources.limits.cpu", options.resources.cpu_limit);
    Quantity(values, "global.proxy.resources.limits.memory", options.resources.memory_limit);
  }
  if (const json::value* native = At(values, "pilot.env.ENABLE_NATIVE_SIDECARS")) {
    const bool on = native->is_bool()
                        ? native->get_bool()
                        : native->is_string() && ParseBool(View(native->get_string())) == true;
    options.native_sidecars = on ? NativeSidecars::kOn : NativeSidecars::kOff;
  }
  return absl::OkStatus();
}

absl::Status ApplyMeshConfig(const json::object& mesh, Options& options) {
  if (absl::Status status = Apply(mesh, kMesh, options); !status.ok()) return status;
  if (const json::value* policy = At(mesh, "inboundTrafficPolicy.mode")) {
    options.inbound_localhost = *policy == json::value("LOCALHOST");
  }
  return absl::OkStatus();
}

absl::Status ApplyInjectorConfig(const json::object& config, Options& options) {
  if (const json::value* policy = At(config, "policy")) {
    if (absl::Status status = Set(*policy, "policy", options.policy); !status.ok()) return status;
  }
  if (const json::value* templates = At(config, "defaultTemplates")) {
    absl::Status status = ReadStrings(*templates, "defaultTemplates", options.default_templates);
    if (!status.ok()) return status;
  }
  if (auto status = ReadSelectors(config, "neverInjectSelector", options.never_inject);
      !status.ok()) {
    return status;
  }
  if (auto status = ReadSelectors(config, "alwaysInjectSelector", options.always_inject);
      !status.ok()) {
    return status;
  }
  if (const json::object* added = FindObject(config, "injectedAnnotations")) {
    options.injected_annotations = ToLabels(added);
  }
  const json::object* aliases = FindObject(config, "aliases");
  if (aliases == nullptr) return absl::OkStatus();
  for (const auto& member : *aliases) {
    std::vector<std::string> names;
    if (auto status = ReadStrings(member.value(), "aliases", names); !status.ok()) return status;
    std::string list;
    for (const std::string& name : names) list += Cat(list.empty() ? "" : ",", name);
    options.template_aliases[std::string(member.key())] = list;
  }
  return absl::OkStatus();
}

}  // namespace outrigger::injector
