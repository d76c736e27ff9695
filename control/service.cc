#include "control/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "control/admission.h"
#include "control/host.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

namespace json = boost::json;

constexpr std::string_view kExportTo = "networking.istio.io/exportTo";

std::string_view StringAt(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

// 0 for anything that is not a port number.
std::uint16_t PortOf(const json::value* value) {
  if (value == nullptr || !value->is_number()) return 0;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint16_t>(error);
  return error ? std::uint16_t{0} : number;
}

ServicePort ReadPort(const json::object& object) {
  ServicePort port;
  port.name = StringAt(object, "name");
  port.port = PortOf(object.if_contains("port"));
  port.protocol = SelectProtocol(StringAt(object, "protocol"), StringAt(object, "appProtocol"),
                                 port.name, port.port);
  port.target_name = StringAt(object, "targetPort");
  port.target_port = PortOf(object.if_contains("targetPort"));
  // Kubernetes' default, and the meaning of `targetPort: 0` too.
  if (port.target_port == 0 && port.target_name.empty()) port.target_port = port.port;
  return port;
}

const json::array* ArrayAt(const config::Document& document, std::string_view pointer) {
  const json::value* value = document.Find(pointer);
  return value != nullptr && value->is_array() ? &value->get_array() : nullptr;
}

std::vector<std::string> ReadAddresses(const Resource& resource, const MeshOptions& options) {
  std::vector<std::string> addresses;
  if (const json::array* list = ArrayAt(resource.document, "/spec/clusterIPs")) {
    for (const json::value& address : *list) {
      if (!address.is_string()) continue;
      const std::string_view text = address.get_string();
      if (text == "None" || IsIpLiteral(text)) addresses.emplace_back(text);
    }
  }
  const std::string_view single = resource.document.FindString("/spec/clusterIP");
  if (addresses.empty() && !single.empty()) addresses.emplace_back(single);
  if (addresses.empty()) {
    const auto given = options.service_addresses.find(resource.key.ns + "/" + resource.key.name);
    if (given != options.service_addresses.end()) addresses = given->second;
  }
  return addresses;
}

bool IsTrue(const config::Document& document, std::string_view pointer) {
  const json::value* value = document.Find(pointer);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Visibility ReadVisibility(const Resource& resource) {
  const auto annotation = resource.annotations.find(kExportTo);
  if (annotation == resource.annotations.end()) return {};
  std::vector<std::string_view> entries = Split(annotation->second, ',');
  std::ranges::transform(entries, entries.begin(), Trim);
  return {entries, resource.key.ns};
}

using SeenPorts = std::set<std::pair<std::string, std::uint16_t>>;

void CheckServicePort(const json::value& value, const config::Path& path, SeenPorts& seen,
                      Report& report) {
  if (!value.is_object()) return report.Error(path, "is not a port");
  const json::object& port = value.get_object();
  const std::uint16_t number = PortOf(port.if_contains("port"));
  if (number == 0) return report.Error(path.Key("port"), "is not a port (1 to 65535)");
  const std::string_view transport = StringAt(port, "protocol");
  if (!seen.emplace(transport.empty() ? "TCP" : transport, number).second) {
    report.Error(path.Key("port"), fmt::format("{} is there twice", number));
  }
}

void CheckAddress(const config::Document& document, const config::Path& path, Report& report) {
  const std::string_view address = document.FindString("/spec/clusterIP");
  if (!address.empty() && address != "None" && !IsIpLiteral(address)) {
    report.Error(
        path, fmt::format("'{}' is not an IP address; write one, None, or leave it out", address));
  }
}

}  // namespace

const ServicePort* Service::FindPort(std::uint32_t port) const {
  // UDP may use the same number (DNS does).
  const auto found = std::ranges::find_if(ports, [&](const ServicePort& p) {
    return p.port == port && p.protocol != PortProtocol::kNone;
  });
  return found == ports.end() ? nullptr : &*found;
}

Service ReadService(const Resource& resource, const MeshOptions& options) {
  Service service;
  service.ns = resource.key.ns;
  service.name = resource.key.name;
  service.host = ServiceHost(service.name, service.ns, options.cluster_domain);
  service.addresses = ReadAddresses(resource, options);
  service.headless = service.addresses == std::vector<std::string>{"None"};
  if (service.headless) service.addresses.clear();
  service.publish_not_ready = IsTrue(resource.document, "/spec/publishNotReadyAddresses");
  service.selector = LabelsAt(resource.document, "/spec/selector");
  if (const json::array* ports = ArrayAt(resource.document, "/spec/ports")) {
    for (const json::value& port : *ports) {
      if (port.is_object()) service.ports.push_back(ReadPort(port.get_object()));
    }
  }
  service.visibility = ReadVisibility(resource);
  service.resource = &resource;
  return service;
}

std::uint16_t TargetPort(const ServicePort& port, const Pod& pod) {
  if (port.target_name.empty()) return port.target_port;
  const auto found = std::ranges::find(pod.ports, port.target_name, &ContainerPort::name);
  return found == pod.ports.end() ? std::uint16_t{0} : found->port;
}

void CheckService(const config::Document& document, Report& report) {
  const config::Path root;
  const config::Path spec = root.Key("spec");
  if (document.FindString("/spec/type") == "ExternalName") {
    report.NotYetEffective(spec.Key("type"), "ExternalName: routing by this Service");
    return;
  }
  CheckAddress(document, spec.Key("clusterIP"), report);
  const config::Path ports = spec.Key("ports");
  const json::value* list = document.Find("/spec/ports");
  if (list == nullptr || !list->is_array()) {
    const bool headless = document.FindString("/spec/clusterIP") == "None";
    if (!headless) report.Error(ports, "at least one port is required");
    return;
  }
  SeenPorts seen;
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    CheckServicePort(list->get_array()[i], ports.Index(i), seen, report);
  }
}

}  // namespace outrigger::control
