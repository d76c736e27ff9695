
#include <utility>

#include "injector/json.h"
#include "injector/proxy_config.h"
#include "injector/render.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

json::array Words(std::initializer_list<std::string_view> words) {
  json::array list;
  for (const std::string_view word : words) list.push_back(View(word));
  return list;
}

void Flag(json::array& args, std::string_view flag, std::string_view value) {
  args.push_back(View(flag));
  args.push_back(View(value));
}

json::object ResourcesOf(const Resources& resources) {
  const auto list = [](std::string_view cpu, std::string_view memory) {
    json::object quantities;
    if (!cpu.empty()) quantities["cpu"] = View(cpu);
    if (!memory.empty()) quantities["memory"] = View(memory);
    return quantities;
  };
  json::object result;
  json::object requests = list(resources.cpu_request, resources.memory_request);
  json::object limits = list(resources.cpu_limit, resources.memory_limit);
  if (!requests.empty()) result["requests"] = std::move(requests);
  if (!limits.empty()) result["limits"] = std::move(limits);
  return result;
}

json::object Capabilities(std::initializer_list<std::string_view> added) {
  json::object capabilities;
  if (added.size() > 0) capabilities["add"] = Words(added);
  capabilities["drop"] = Words({"ALL"});
  return capabilities;
}

json::object SecurityContext(const RenderInput& input, std::uint32_t user, std::uint32_t group,
                             bool read_only, json::object capabilities) {
  json::object context = {{"allowPrivilegeEscalation", input.options.privileged},
                          {"capabilities", std::move(capabilities)},
                          {"privileged", input.options.privileged},
                          {"readOnlyRootFilesystem", read_only},
                          {"runAsGroup", group},
                          {"runAsNonRoot", user != 0},
                          {"runAsUser", user}};
  if (!input.options.seccomp_profile.empty()) {
    context["seccompProfile"] = input.options.seccomp_profile;
  }
  return context;
}

json::object ProxySecurityContext(const RenderInput& input) {
  // Transparent sockets and low ports need a capability, and capabilities of a non-root user are
  // lost at exec; gateways get low ports through a pod sysctl instead.
  const bool sidecar = input.which == Template::kSidecar;
  const bool tproxy = sidecar && input.tproxy();
  const bool low_ports = sidecar && input.settings.cap_net_bind_service;
  const std::uint32_t user = tproxy || low_ports ? 0 : kProxyUid;
  json::object capabilities = tproxy && low_ports ? Capabilities({"NET_ADMIN", "NET_BIND_SERVICE"})
                              : tproxy            ? Capabilities({"NET_ADMIN"})
                              : low_ports         ? Capabilities({"NET_BIND_SERVICE"})
                                                  : Capabilities({});
  return SecurityContext(input, user, kProxyUid, true, std::move(capabilities));
}

json::array ProxyArgs(const RenderInput& input) {
  const PodSettings& settings = input.settings;
  json::array args = Words({"proxy", input.which == Template::kGateway ? "router" : "sidecar"});
  Flag(args, "--domain", Cat("$(POD_NAMESPACE).svc.", input.options.cluster_domain));
  args.push_back(View(Cat("--proxyLogLevel=", settings.log_level)));
  args.push_back(View(Cat("--proxyComponentLogLevel=", settings.component_log_level)));
  args.push_back(View(Cat("--log_output_level=", settings.agent_log_level)));
  if (input.options.sts_port != 0) {
    args.push_back(View(Cat("--stsPort=", input.options.sts_port)));
  }
  if (input.options.log_as_json) args.push_back("--log_as_json");
  if (!input.options.outlier_log_path.empty()) {
    args.push_back(View(Cat("--outlierLogPath=", input.options.outlier_log_path)));
  }
  return args;
}

/// Readiness of the sidecar itself. Zero is Kubernetes' default delay and is not written.
json::object Probe(std::uint32_t delay, std::uint32_t period, std::uint32_t failures) {
  json::object probe = {{"httpGet", {{"path", "/healthz/ready"}, {"port", 15021}}}};
  if (delay != 0) probe["initialDelaySeconds"] = delay;
  probe["periodSeconds"] = period;
  probe["timeoutSeconds"] = 3;
  probe["failureThreshold"] = failures;
  return probe;
}

json::object Lifecycle(const RenderInput& input) {
  if (!input.options.lifecycle.empty()) return input.options.lifecycle;
  const auto exec = [](json::array command) {
    return json::object{{"exec", {{"command", std::move(command)}}}};
  };
  json::object lifecycle;
  if (input.native()) {
    const std::string port = Cat("--debug-port=", input.settings.status_port);
    lifecycle["preStop"] = exec(Words({"pilot-agent", "request", port, "POST", "drain"}));
  } else if (input.settings.hold_application) {
    lifecycle["postStart"] = exec(Words({"pilot-agent", "wait"}));
  }
  return lifecycle;
}

void SetImage(json::object& container, const RenderInput& input, std::string_view image) {
  container["image"] = View(image);
  if (!input.options.image_pull_policy.empty()) {
    container["imagePullPolicy"] = input.options.image_pull_policy;
  }
}

void AddProbes(json::object& container, const RenderInput& input) {
  const PodSettings& settings = input.settings;
  if (settings.status_port == 0) return;
  container["readinessProbe"] =
      Probe(settings.readiness_initial_delay_seconds, settings.readiness_period_seconds,
            settings.readiness_failure_threshold);
  if (input.options.startup_probe) {
    container["startupProbe"] = Probe(0, 1, input.options.startup_failure_threshold);
  }
}

/// The flags of istio-iptables, in the contract's order. The empty string after -x has a meaning.
json::array InitArgs(const RenderInput& input) {
  const InjectorOptions& options = input.options;
  const PodSettings& settings = input.settings;
  json::array args = Words({"istio-iptables"});
  Flag(args, "-p", Cat(options.outbound_port));
  Flag(args, "-z", Cat(options.inbound_port));
  Flag(args, "-u", Cat(input.proxy_uid));
  Flag(args, "-m", settings.interception_mode);
  Flag(args, "-i", settings.include_outbound_ip_ranges);
  Flag(args, "-x", settings.exclude_outbound_ip_ranges);
  Flag(args, "-b", settings.include_inbound_ports);
  Flag(args, "-d",
       Cat("15090,15021", settings.exclude_inbound_ports.empty() ? "" : ",",
           settings.exclude_inbound_ports));
  const std::pair<std::string_view, const std::optional<std::string>*> if_said[] = {
      {"-q", &settings.include_outbound_ports},
      {"-o", &settings.exclude_outbound_ports},
      {"-k", &settings.reroute_interfaces},
      {"-c", &settings.exclude_interfaces}};
  for (const auto& [flag, value] : if_said) {
    if (value->has_value()) Flag(args, flag, **value);
  }
  args.push_back(View(Cat("--log_output_level=", settings.agent_log_level)));
  if (options.log_as_json) args.push_back("--log_as_json");
  if (options.cni) {
    args.push_back("--run-validation");
    args.push_back("--skip-rule-apply");
  } else if (options.force_apply) {
    args.push_back("--force-apply");
  }
  if (options.native_nftables) args.push_back("--native-nftables");
  return args;
}

}  // namespace

json::object ProxyContainer(const RenderInput& input) {
  json::object container;
  container["name"] = View(kProxyContainer);
  SetImage(container, input, input.settings.image);
  if (input.native()) container["restartPolicy"] = "Always";
  container["args"] = ProxyArgs(input);
  container["ports"] = json::array{
      json::object{{"containerPort", 15090}, {"protocol", "TCP"}, {"name", "http-envoy-prom"}}};
  container["env"] = ProxyEnvironment(input);
  json::object lifecycle = Lifecycle(input);
  if (!lifecycle.empty()) container["lifecycle"] = std::move(lifecycle);
  AddProbes(container, input);
  json::object resources = ResourcesOf(input.settings.resources);
  if (!resources.empty()) container["resources"] = std::move(resources);
  container["securityContext"] = ProxySecurityContext(input);
  container["volumeMounts"] = ProxyVolumeMounts(input);
  return container;
}

json::object InitContainer(const RenderInput& input) {
  const bool cni = input.options.cni;
  json::object container;
  container["name"] = View(cni ? kValidationContainer : kInitContainer);
  SetImage(container, input, input.settings.init_image);
  container["args"] = InitArgs(input);
  json::array env;
  for (const auto& [name, value] : ProxyMetadata(input.settings.proxy_config)) {
    env.push_back(json::object{{"name", name}, {"value", value}});
  }
  if (!env.empty()) container["env"] = std::move(env);
  json::object resources = ResourcesOf(input.settings.resources);
  if (!resources.empty()) container["resources"] = std::move(resources);
  // The validation probe tests the rules as the proxy's own user, the only one they let through.
  container["securityContext"] =
      cni ? SecurityContext(input, input.proxy_uid, kProxyUid, true, Capabilities({}))
          : SecurityContext(input, 0, 0, false, Capabilities({"NET_ADMIN", "NET_RAW"}));
  return container;
}

}  // namespace outrigger::injector
