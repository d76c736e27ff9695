#include "injector/proxy_config.h"

#include <absl/status/status.h>

#include <cstdint>
#include <utility>

#include "injector/json.h"
#include "injector/merge.h"
#include "injector/text.h"
#include "injector/values.h"
#include "proxy/config/document.h"

namespace outrigger::injector {
namespace {

/// Istio's built-in ProxyConfig.
const json::object& Defaults() {
  static const json::object kDefaults = {{"configPath", "./etc/istio/proxy"},
                                         {"binaryPath", "/usr/local/bin/envoy"},
                                         {"serviceCluster", "istio-proxy"},
                                         {"drainDuration", "45s"},
                                         {"terminationDrainDuration", "5s"},
                                         {"discoveryAddress", "istiod.istio-system.svc:15012"},
                                         {"proxyAdminPort", 15000},
                                         {"controlPlaneAuthPolicy", "MUTUAL_TLS"},
                                         {"statNameLength", 189},
                                         {"statusPort", 15020},
                                         {"interceptionMode", "REDIRECT"},
                                         {"holdApplicationUntilProxyStarts", false}};
  return kDefaults;
}

absl::Status Wrong(std::string_view field, std::string_view reason) {
  return absl::InvalidArgumentError(Cat(field, " ", reason));
}

absl::Status CheckTypes(const json::object& proxy_config) {
  if (Has(proxy_config, "statusPort")) {
    boost::json::error_code error;
    const auto port = proxy_config.at("statusPort").to_number<std::int64_t>(error);
    if (error || port < 0 || port > 65535) return Wrong("statusPort", "is not a port");
  }
  if (Has(proxy_config, "interceptionMode") &&
      !CheckInterceptionMode(FindString(proxy_config, "interceptionMode")).empty()) {
    return Wrong("interceptionMode", "is none of REDIRECT, TPROXY, NONE");
  }
  if (Has(proxy_config, "holdApplicationUntilProxyStarts") &&
      !proxy_config.at("holdApplicationUntilProxyStarts").is_bool()) {
    return Wrong("holdApplicationUntilProxyStarts", "is neither true nor false");
  }
  for (const std::string_view field : {"proxyMetadata", "image"}) {
    if (Has(proxy_config, field) && FindObject(proxy_config, field) == nullptr) {
      return Wrong(field, "is not a map");
    }
  }
  if (const json::object* metadata = FindObject(proxy_config, "proxyMetadata")) {
    for (const auto& member : *metadata) {
      if (!member.value().is_string()) {
        return Wrong(Cat("proxyMetadata.", std::string_view(member.key())),
                     "is not a string, quote it");
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<json::object> ReadYamlMap(std::string_view text) {
  config::Problems problems;
  const std::vector<config::Document> documents = config::ReadDocuments(text, "", &problems);
  if (problems.has_errors()) return absl::InvalidArgumentError(problems.items()[0].message);
  if (documents.empty()) return json::object();
  const json::object* map = documents[0].root().if_object();
  if (documents.size() > 1 || map == nullptr) {
    return absl::InvalidArgumentError("is not a YAML map of ProxyConfig fields");
  }
  return *map;
}

}  // namespace

std::string DiscoveryAddress(const InjectorOptions& options) {
  const bool revisioned = !options.revision.empty() && options.revision != "default";
  return Cat("istiod", revisioned ? "-" : "", revisioned ? options.revision : "", ".",
             options.istio_namespace, ".svc:15012");
}

absl::StatusOr<json::object> EffectiveProxyConfig(const InjectorOptions& options,
                                                  std::string_view annotation) {
  json::object effective = options.proxy_config;
  if (!Has(effective, "discoveryAddress")) {
    effective["discoveryAddress"] = DiscoveryAddress(options);
  }
  absl::StatusOr<json::object> own = ReadYamlMap(annotation);
  if (!own.ok()) return own.status();
  Merge(effective, *own);
  if (absl::Status status = CheckTypes(effective); !status.ok()) return status;
  return effective;
}

json::object WithoutDefaults(const json::object& proxy_config) {
  json::object result;
  for (const auto& member : proxy_config) {
    const json::value* usual = Defaults().if_contains(member.key());
    const bool is_default = usual != nullptr && *usual == member.value();
    const json::object* map = member.value().if_object();
    const bool says_nothing = member.value().is_null() || (map != nullptr && map->empty());
    if (!is_default && !says_nothing) result[member.key()] = member.value();
  }
  return result;
}

Labels ProxyMetadata(const json::object& proxy_config) {
  return ToLabels(FindObject(proxy_config, "proxyMetadata"));
}

}  // namespace outrigger::injector
