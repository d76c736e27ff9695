#include "injector/probes.h"

#include <boost/json/parse.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "injector/json.h"
#include "injector/proxy_env.h"
#include "injector/render.h"
#include "injector/text.h"
#include "injector/values.h"

namespace outrigger::injector {
namespace {

constexpr std::string_view kProbers = "ISTIO_KUBE_APP_PROBERS";

using Probers = std::map<std::string, json::value, std::less<>>;  // by path on the agent

/// A port as the kubelet reads it: a number, the name of a port of the same container, or a number
/// written as text. Empty when it is none of these.
std::optional<std::int64_t> ResolvePort(const json::object& container, const json::value* port) {
  if (port == nullptr) return std::nullopt;
  const json::string* text = port->if_string();
  if (text == nullptr) {
    boost::json::error_code error;
    const auto number = port->to_number<std::int64_t>(error);
    return error ? std::nullopt : std::optional(number);
  }
  if (const json::array* ports = FindArray(container, "ports")) {
    if (const json::object* named = FindNamed(*ports, View(*text))) {
      return ResolvePort({}, named->if_contains("containerPort"));
    }
  }
  const auto number = ParseNumber(View(*text), 65535);
  return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

/// The handler with its port as a number, in the order Kubernetes writes its fields.
json::object Stored(const json::object& handler, std::int64_t port) {
  json::object stored;
  if (Has(handler, "path")) stored["path"] = handler.at("path");
  stored["port"] = port;
  for (const auto& member : handler) {
    if (!stored.contains(member.key()) && !member.value().is_null()) {
      stored[member.key()] = member.value();
    }
  }
  return stored;
}

json::object ForAgent(const json::object* http_get, std::string_view path,
                      std::uint16_t status_port) {
  json::object handler;
  if (http_get != nullptr) handler = *http_get;
  handler["path"] = View(path);
  handler["port"] = status_port;
  if (FindString(handler, "scheme") == "HTTPS") handler["scheme"] = "HTTP";
  return handler;
}

class Rewriter {
 public:
  explicit Rewriter(std::uint16_t status_port) : status_port_(status_port) {}

  void Container(json::object& container) {
    const std::string name(FindString(container, "name"));
    for (const auto& [probe, suffix] :
         {std::pair{"readinessProbe", "readyz"}, std::pair{"livenessProbe", "livez"},
          std::pair{"startupProbe", "startupz"}}) {
      if (json::object* parent = FindObject(container, probe)) {
        Handler(container, *parent, Cat("/app-health/", name, "/", suffix), true);
      }
    }
    json::object* lifecycle = FindObject(container, "lifecycle");
    if (lifecycle == nullptr) return;
    for (const auto& [hook, suffix] :
         {std::pair{"preStop", "prestopz"}, std::pair{"postStart", "poststartz"}}) {
      if (json::object* parent = FindObject(*lifecycle, hook)) {
        Handler(container, *parent, Cat("/app-lifecycle/", name, "/", suffix), false);
      }
    }
  }

  Probers Take() { return std::move(probers_); }

 private:
  /// `parent` is a probe or a lifecycle hook: the object with one of httpGet, tcpSocket, grpc.
  void Handler(const json::object& container, json::object& parent, const std::string& path,
               bool is_probe) {
    for (const std::string_view kind : {"httpGet", "tcpSocket", "grpc"}) {
      const json::object* handler = FindObject(parent, kind);
      if (handler == nullptr || (kind == "grpc" && !is_probe)) continue;
      const auto port = ResolvePort(container, handler->if_contains("port"));
      if (port == status_port_) return;
      if (port) Store(path, kind, Stored(*handler, *port), parent, is_probe);
      json::object rewritten = ForAgent(kind == "httpGet" ? handler : nullptr, path, status_port_);
      if (kind != "httpGet") Remove(parent, kind);
      parent["httpGet"] = std::move(rewritten);
      return;
    }
  }

  void Store(const std::string& path, std::string_view kind, json::object handler,
             const json::object& parent, bool is_probe) {
    json::object prober;
    prober[View(kind)] = std::move(handler);
    const json::value* timeout = parent.if_contains("timeoutSeconds");
    const bool given = timeout != nullptr && timeout->is_number() && *timeout != json::value(0);
    if (is_probe && given) prober["timeoutSeconds"] = *timeout;
    probers_[path] = std::move(prober);
  }

  std::uint16_t status_port_;
  Probers probers_;
};

/// Adds to what an earlier injection stored; where both know a path, the earlier one saw the
/// original.
void StoreProbers(json::object& proxy, Probers probers) {
  boost::json::error_code error;
  const json::value before = json::parse(View(EnvValue(proxy, kProbers)), error);
  if (!error && before.is_object()) {
    for (const auto& member : before.get_object()) {
      probers[std::string(member.key())] = member.value();
    }
  }
  json::object sorted;
  for (auto& [path, prober] : probers) sorted[path] = std::move(prober);
  SetEnv(proxy, kProbers, ToText(sorted));
}

}  // namespace

void RewriteProbes(json::object& spec, std::uint16_t status_port) {
  json::object* proxy = FindProxy(spec);
  if (proxy == nullptr) return;
  Rewriter rewriter(status_port);
  for (const std::string_view list : {"initContainers", "containers"}) {
    json::array* containers = FindArray(spec, list);
    if (containers == nullptr) continue;
    for (json::value& item : *containers) {
      json::object& container = item.get_object();
      if (FindString(container, "name") != kProxyContainer) rewriter.Container(container);
    }
  }
  if (Probers probers = rewriter.Take(); !probers.empty()) StoreProbers(*proxy, std::move(probers));
}

}  // namespace outrigger::injector
