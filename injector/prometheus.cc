#include "injector/prometheus.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "injector/json.h"
#include "injector/proxy_env.h"
#include "injector/text.h"
#include "injector/values.h"

namespace outrigger::injector {
namespace {

constexpr std::string_view kTargets = "prometheus.istio.io/scrape-targets";
constexpr std::string_view kSecurePort = "prometheus.istio.io/secure-port";
constexpr std::string_view kPath = "/stats/prometheus";

/// Ports of the proxy and the agent: scraping them as the app's would loop or find no metrics.
constexpr std::array<std::uint32_t, 8> kMeshPorts = {15000, 15001, 15004, 15006,
                                                     15008, 15021, 15053, 15090};

/// prometheus.io/port, prometheus-io.port, ...: only letters and digits distinguish.
bool SameSpelling(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return x == y || (!absl::ascii_isalnum(static_cast<unsigned char>(x)) &&
                      !absl::ascii_isalnum(static_cast<unsigned char>(y)));
  });
}

struct Found {
  std::string key, value;
};

/// The user's annotation `prometheus.io/<what>` in any spelling.
std::optional<Found> FindSpelled(const json::object& annotations, std::string_view what) {
  const std::string canonical = Cat("prometheus.io/", what);
  std::optional<Found> found;
  for (const auto& member : annotations) {
    const std::string_view key(member.key().data(), member.key().size());
    if (!SameSpelling(key, canonical) || !member.value().is_string()) continue;
    if (!found || key == canonical) {
      found = Found{std::string(key), std::string(View(member.value().get_string()))};
    }
  }
  return found;
}

void RemoveSpelled(json::object& annotations, std::string_view what) {
  while (auto found = FindSpelled(annotations, what)) Remove(annotations, found->key);
}

struct Target {
  std::string port, path;
};

/// "9090:/metrics,9091:/more"; empty when any item is not port:path, which is ignored as a whole.
std::vector<Target> ParseTargets(std::string_view text) {
  std::vector<Target> targets;
  for (const std::string_view item : SplitList(text)) {
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos || colon + 1 == item.size()) return {};
    const std::string_view port = item.substr(0, colon);
    if (!ParseNumber(port, 4294967295U)) return {};
    targets.push_back({std::string(port), std::string(item.substr(colon + 1))});
  }
  return targets;
}

absl::Status CheckAppPort(std::string_view port, std::string_view value, std::string_view name) {
  const auto number = ParseNumber(port, 65535);
  std::string_view reason;
  if (!number || *number == 0) {
    reason = "is not a port from 1 to 65535";
  } else if (std::find(kMeshPorts.begin(), kMeshPorts.end(), *number) != kMeshPorts.end()) {
    reason = "is a port of the mesh itself, name the port of the app's metrics";
  } else {
    return absl::OkStatus();
  }
  const std::string which = port == value ? std::string() : Cat("port ", port, " ");
  return absl::InvalidArgumentError(
      Cat("invalid value '", value, "' for annotation '", name, "': ", which, reason));
}

/// What the agent should fetch from the app; empty when the user said nothing.
absl::Status ReadWish(json::object& annotations, json::object& wish) {
  const auto scrape = FindSpelled(annotations, "scrape");
  const auto path = FindSpelled(annotations, "path");
  const auto port = FindSpelled(annotations, "port");
  const std::string text(FindString(annotations, kTargets));
  const std::vector<Target> targets = ParseTargets(text);
  if (!scrape && !path && !port && targets.empty()) return absl::OkStatus();
  if (port && !port->value.empty()) {
    if (auto status = CheckAppPort(port->value, port->value, port->key); !status.ok()) {
      return status;
    }
  }
  wish["scrape"] = scrape ? scrape->value : std::string();
  wish["path"] = path ? path->value : std::string();
  wish["port"] = port ? port->value : std::string();
  if (targets.empty()) return absl::OkStatus();
  json::array list;
  for (const Target& target : targets) {
    if (auto status = CheckAppPort(target.port, text, kTargets); !status.ok()) return status;
    list.push_back(json::object{{"port", target.port}, {"path", target.path}});
  }
  wish["path"] = targets.front().path;
  wish["port"] = targets.front().port;
  wish["targets"] = std::move(list);
  Remove(annotations, kTargets);
  return absl::OkStatus();
}

}  // namespace

absl::Status MergePrometheus(json::object& pod, std::uint16_t status_port) {
  json::object* proxy = FindProxy(EnsureObject(pod, "spec"));
  if (proxy == nullptr || status_port == 0) return absl::OkStatus();
  json::object& annotations = EnsureObject(EnsureObject(pod, "metadata"), "annotations");
  const std::string secure(EnvValue(*proxy, "ENVOY_SECURE_MERGED_METRICS_PORT"));
  const auto scrape = FindSpelled(annotations, "scrape");
  if (scrape && ParseBool(scrape->value) == false) return absl::OkStatus();
  if (!secure.empty() && secure != "0" && !Has(annotations, kSecurePort)) {
    annotations[View(kSecurePort)] = View(secure);
  }
  const std::string agent_port = Cat(status_port);
  const auto port = FindSpelled(annotations, "port");
  if (port && port->value == agent_port) return absl::OkStatus();

  json::object wish;
  if (absl::Status status = ReadWish(annotations, wish); !status.ok()) return status;
  if (!wish.empty()) {
    if (EnvValue(*proxy, "ISTIO_PROMETHEUS_ANNOTATIONS").empty()) {
      SetEnv(*proxy, "ISTIO_PROMETHEUS_ANNOTATIONS", ToText(wish));
    }
    for (const std::string_view what : {"scrape", "path", "port"}) RemoveSpelled(annotations, what);
  }
  annotations["prometheus.io/scrape"] = "true";
  annotations["prometheus.io/port"] = agent_port;
  annotations["prometheus.io/path"] = View(kPath);
  return absl::OkStatus();
}

}  // namespace outrigger::injector
