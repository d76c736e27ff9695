#include "local/workload_plan.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "control/store.h"
#include "injector/decide.h"
#include "injector/inject.h"
#include "injector/json.h"
#include "injector/owner.h"
#include "injector/workload.h"

namespace outrigger::local {
namespace {

namespace json = boost::json;
using injector::FindArray;
using injector::FindObject;
using injector::FindString;

injector::Namespace NamespaceOf(const control::Store& store, const std::string& name,
                                const std::string& inject_namespace) {
  injector::Namespace ns{name, {}};
  if (const control::Resource* resource = store.Find(control::Kind::kNamespace, "", name)) {
    for (const auto& [key, value] : resource->labels) ns.labels[key] = value;
  }
  if (name == inject_namespace) ns.labels["istio-injection"] = "enabled";
  return ns;
}

std::string_view TemplatePointer(const config::Document& document) {
  return document.kind() == "Pod" ? std::string_view() : std::string_view("/spec/template");
}

/// The line of the container's image where it was written; containers the injector added have none,
/// and get the object's.
int LineOf(const config::Document& document, const std::string& container) {
  for (const char* list : {"containers", "initContainers"}) {
    const std::string pointer = fmt::format("{}/spec/{}", TemplatePointer(document), list);
    const json::value* containers = document.Find(pointer);
    if (containers == nullptr || !containers->is_array()) continue;
    for (std::size_t i = 0; i < containers->get_array().size(); ++i) {
      if (document.FindString(fmt::format("{}/{}/name", pointer, i)) == container) {
        return document.LineOf(fmt::format("{}/{}/image", pointer, i));
      }
    }
  }
  return document.line();
}

std::string Where(const control::ResourcePtr& resource, const std::string& container) {
  const config::Document& document = resource->document;
  return fmt::format("{}:{}: {}", document.file(), LineOf(document, container),
                     control::ToString(resource->key));
}

std::vector<control::ContainerPort> PortsOf(const json::object& pod) {
  std::vector<control::ContainerPort> out;
  const json::object* spec = FindObject(pod, "spec");
  for (const char* list : {"containers", "initContainers"}) {
    const json::array* containers = spec == nullptr ? nullptr : FindArray(*spec, list);
    if (containers == nullptr) continue;
    for (const json::value& container : *containers) {
      const json::array* ports =
          container.is_object() ? FindArray(container.get_object(), "ports") : nullptr;
      if (ports == nullptr) continue;
      for (const json::value& port : *ports) {
        if (!port.is_object()) continue;
        const json::value* number = port.get_object().if_contains("containerPort");
        if (number == nullptr || !number->is_int64()) continue;
        out.push_back({std::string(FindString(port.get_object(), "name")),
                       static_cast<std::uint16_t>(number->get_int64())});
      }
    }
  }
  return out;
}

absl::StatusOr<PodPlan> PlanPod(const control::ResourcePtr& resource, const json::object& pod,
                                const injector::Namespace& ns) {
  PodPlan plan;
  plan.fingerprint = injector::ToText(pod);
  const injector::Owner owner = injector::OwnerOf(pod);
  json::object injected = pod;
  const injector::InjectorOptions options;
  if (injector::Decide(ns, pod, options).inject) {
    injector::InjectContext context;
    context.namespace_name = ns.name;
    auto done = injector::Inject(pod, context, options);
    if (!done.ok()) return done.status();
    injected = *std::move(done);
  }
  auto spec = ReadPodSpec(injected);
  if (!spec.ok()) return spec.status();
  plan.spec = *std::move(spec);
  plan.ports = PortsOf(injected);
  if (owner.kind != "Pod") plan.workload = owner.name;
  plan.workload_key = control::ToString(resource->key);
  plan.where = [resource](const std::string& container) { return Where(resource, container); };
  return plan;
}

}  // namespace

std::vector<PodPlan> PlanPods(const control::Store& store, const std::string& inject_namespace,
                              const std::function<void(std::string)>& say) {
  std::vector<PodPlan> out;
  for (const auto& [key, resource] : store.resources()) {
    if (key.kind != control::Kind::kDeployment && key.kind != control::Kind::kPod) continue;
    if (!resource->document.root().is_object()) continue;
    const injector::Namespace ns = NamespaceOf(store, key.ns, inject_namespace);
    const auto pods = injector::WorkloadPods(resource->document.root().get_object(), key.ns);
    if (!pods.ok()) {
      say(fmt::format("{}: {}", Where(resource, {}), std::string(pods.status().message())));
      continue;
    }
    for (const json::object& pod : *pods) {
      auto plan = PlanPod(resource, pod, ns);
      if (plan.ok()) {
        out.push_back(*std::move(plan));
      } else {
        say(fmt::format("{}: {}", Where(resource, {}), std::string(plan.status().message())));
        break;  // its other pods have the same problem
      }
    }
  }
  return out;
}

control::Pod ToControlPod(const PodPlan& plan, std::string address, bool ready, bool has_proxy) {
  control::Pod pod;
  pod.ns = plan.spec.ns;
  pod.name = plan.spec.name;
  pod.addresses = {std::move(address)};
  for (const auto& [key, value] : plan.spec.labels) pod.labels[key] = value;
  for (const auto& [key, value] : plan.spec.annotations) pod.annotations[key] = value;
  pod.service_account = plan.spec.service_account;
  pod.workload = plan.workload;
  pod.ports = plan.ports;
  pod.ready = ready;
  if (!has_proxy) return pod;
  pod.role = control::ProxyRole::kSidecar;
  for (const ContainerSpec& container : plan.spec.containers) {
    if (container.args.size() > 1 && container.args[0] == "proxy" && container.args[1] == "router")
      pod.role = control::ProxyRole::kGateway;
  }
  return pod;
}

}  // namespace outrigger::local
