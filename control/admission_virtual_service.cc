// Admission of VirtualService: the object as a whole and its hosts. Routes: admission_route.cc.
#include <fmt/format.h>

#include <algorithm>

#include "api/istio/virtual_service.pb.h"
#include "control/admission.h"
#include "control/admission_route.h"
#include "control/field_check.h"
#include "control/host.h"
#include "control/visibility.h"

namespace outrigger::control {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

bool IsMesh(const Strings& gateways) {
  return gateways.empty() || std::ranges::find(gateways, "mesh") != gateways.end();
}

void CheckOverlap(const Strings& hosts, int i, const config::Path& path, Report& report) {
  for (int j = 0; j < i; ++j) {
    if (Intersect(hosts.Get(j), hosts.Get(i))) {
      return report.Error(
          path, fmt::format("'{}' and '{}' overlap; keep one of them", hosts.Get(j), hosts.Get(i)));
    }
  }
}

void CheckHosts(const istio::VirtualService& spec, const config::Path& path, Report& report) {
  const config::Path list = path.Key("hosts");
  if (spec.hosts().empty()) {
    // Without hosts it can only be the target of a delegate, which no root can name yet.
    report.Warning(list, "no hosts: a delegate VirtualService, which is not yet effective");
  }
  for (int i = 0; i < spec.hosts_size(); ++i) {
    const config::Path here = list.Index(static_cast<std::size_t>(i));
    CheckHostField(spec.hosts(i), here, report);
    CheckOverlap(spec.hosts(), i, here, report);
    if (!IsRoutable(spec.hosts(i))) {
      report.NotYetEffective(here, fmt::format("the wildcard '{}' inside a label", spec.hosts(i)));
    }
    if (spec.hosts(i) == "*" && IsMesh(spec.gateways())) {
      report.Error(here, "'*' is only for gateways; sidecars need a host name");
    }
  }
}

}  // namespace

void CheckVirtualService(const istio::VirtualService& spec, const ResourceKey& key,
                         Report& report) {
  const config::Path root;
  const config::Path path = root.Key("spec");
  CheckHosts(spec, path, report);
  const config::Path gateways = path.Key("gateways");
  for (int i = 0; i < spec.gateways_size(); ++i) {
    CheckGatewayReference(spec.gateways(i), gateways.Index(static_cast<std::size_t>(i)), report);
  }
  CheckExportTo(spec.export_to(), key.ns, path.Key("exportTo"), report);
  if (spec.http().empty() && spec.tls().empty() && spec.tcp().empty()) {
    report.Error(path, "one of http, tls and tcp is required");
  }
  const config::Path http = path.Key("http");
  const bool mesh = IsMesh(spec.gateways());
  for (int i = 0; i < spec.http_size(); ++i) {
    CheckHttpRoute(spec.http(i), mesh, http.Index(static_cast<std::size_t>(i)), report);
  }
}

}  // namespace outrigger::control
