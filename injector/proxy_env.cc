#include "injector/proxy_env.h"

#include <algorithm>
#include <utility>

#include "injector/json.h"
#include "injector/render.h"

namespace outrigger::injector {

bool IsWrittenAfterMerging(std::string_view name) {
  return name == "ISTIO_PROMETHEUS_ANNOTATIONS" || name == "ISTIO_KUBE_APP_PROBERS";
}

json::object* FindProxy(json::object& spec) {
  for (const std::string_view list : {"containers", "initContainers"}) {
    json::array* containers = FindArray(spec, list);
    json::object* proxy = containers == nullptr ? nullptr : FindNamed(*containers, kProxyContainer);
    if (proxy != nullptr) return proxy;
  }
  return nullptr;
}

std::string_view EnvValue(const json::object& container, std::string_view name) {
  const json::array* env = FindArray(container, "env");
  const json::object* variable = env == nullptr ? nullptr : FindNamed(*env, name);
  return variable == nullptr ? std::string_view() : FindString(*variable, "value");
}

void SetEnv(json::object& container, std::string_view name, std::string_view value) {
  json::array& env = EnsureArray(container, "env");
  if (json::object* variable = FindNamed(env, name)) {
    Remove(*variable, "valueFrom");
    (*variable)["value"] = View(value);
  } else {
    env.push_back(json::object{{"name", View(name)}, {"value", View(value)}});
  }
}

void ReplaceEnvBlock(json::object& container, const Labels& variables) {
  if (variables.empty()) return;
  const auto name_of = [](const json::value& item) {
    return FindString(item.get_object(), "name");
  };
  json::array kept;
  for (json::value& item : EnsureArray(container, "env")) {
    if (!variables.contains(name_of(item))) kept.push_back(std::move(item));
  }
  auto position = std::find_if(kept.begin(), kept.end(), [&](const json::value& item) {
    return IsWrittenAfterMerging(name_of(item));
  });
  for (const auto& [name, value] : variables) {
    position = kept.insert(position, json::object{{"name", name}, {"value", value}}) + 1;
  }
  container["env"] = std::move(kept);
}

}  // namespace outrigger::injector
