
#include <utility>

#include "injector/json.h"
#include "injector/render.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

json::object Volume(std::string_view name, std::string_view kind, json::object source) {
  json::object volume;
  volume["name"] = View(name);
  volume[View(kind)] = std::move(source);
  return volume;
}

json::object PodInfo() {
  const auto item = [](std::string_view field) {
    return json::object{{"path", View(field)},
                        {"fieldRef", {{"fieldPath", View(Cat("metadata.", field))}}}};
  };
  return {{"items", json::array{item("labels"), item("annotations")}}};
}

json::object Token() {
  return {
      {"sources",
       json::array{json::object{
           {"serviceAccountToken",
            {{"audience", "istio-ca"}, {"expirationSeconds", 43200}, {"path", "istio-token"}}}}}}};
}

json::object Mount(std::string_view name, std::string_view path) {
  return {{"name", View(name)}, {"mountPath", View(path)}};
}

/// `{name: <key>, ...}` for each of the user's volumes or mounts.
void AppendUsers(const json::object& users, json::array& list) {
  for (const auto& member : users) {
    json::object item = {{"name", member.key()}};
    for (const auto& field : member.value().get_object()) item[field.key()] = field.value();
    list.push_back(std::move(item));
  }
}

}  // namespace

json::array ProxyVolumes(const RenderInput& input) {
  json::array volumes;
  volumes.push_back(Volume("workload-socket", "emptyDir", {}));
  volumes.push_back(Volume("credential-socket", "emptyDir", {}));
  volumes.push_back(Volume("workload-certs", "emptyDir", {}));
  if (!input.settings.bootstrap_override.empty()) {
    volumes.push_back(Volume("custom-bootstrap-volume", "configMap",
                             {{"name", input.settings.bootstrap_override}}));
  }
  volumes.push_back(Volume("istio-envoy", "emptyDir", {{"medium", "Memory"}}));
  volumes.push_back(Volume("istio-data", "emptyDir", {}));
  volumes.push_back(Volume("istio-podinfo", "downwardAPI", PodInfo()));
  volumes.push_back(Volume("istio-token", "projected", Token()));
  volumes.push_back(Volume("istiod-ca-cert", "configMap", {{"name", "istio-ca-root-cert"}}));
  volumes.push_back(
      Volume("istio-ca-crl", "configMap", {{"name", "istio-ca-crl"}, {"optional", true}}));
  if (input.options.mount_mtls_certs) {
    const json::object* spec = FindObject(input.pod, "spec");
    const std::string_view account =
        spec == nullptr ? std::string_view() : FindString(*spec, "serviceAccountName");
    volumes.push_back(
        Volume("istio-certs", "secret",
               {{"optional", true},
                {"secretName", View(Cat("istio.", account.empty() ? "default" : account))}}));
  }
  AppendUsers(input.settings.user_volumes, volumes);
  return volumes;
}

json::array ProxyVolumeMounts(const RenderInput& input) {
  json::array mounts;
  mounts.push_back(Mount("workload-socket", "/var/run/secrets/workload-spiffe-uds"));
  mounts.push_back(Mount("credential-socket", "/var/run/secrets/credential-uds"));
  mounts.push_back(Mount("workload-certs", "/var/run/secrets/workload-spiffe-credentials"));
  mounts.push_back(Mount("istiod-ca-cert", "/var/run/secrets/istio"));
  mounts.push_back(Mount("istio-ca-crl", "/var/run/secrets/istio/crl"));
  mounts.push_back(Mount("istio-data", "/var/lib/istio/data"));
  if (!input.settings.bootstrap_override.empty()) {
    mounts.push_back(Mount("custom-bootstrap-volume", "/etc/istio/custom-bootstrap"));
  }
  mounts.push_back(Mount("istio-envoy", "/etc/istio/proxy"));
  mounts.push_back(Mount("istio-token", "/var/run/secrets/tokens"));
  if (input.options.mount_mtls_certs) {
    json::object certs = Mount("istio-certs", "/etc/certs");
    certs["readOnly"] = true;
    mounts.push_back(std::move(certs));
  }
  mounts.push_back(Mount("istio-podinfo", "/etc/istio/pod"));
  AppendUsers(input.settings.user_volume_mounts, mounts);
  return mounts;
}

}  // namespace outrigger::injector
