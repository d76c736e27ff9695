#include "injector/prior.h"

#include <absl/status/status.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <utility>

#include "injector/json.h"
#include "injector/render.h"
#include "injector/shape.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

bool IsOurs(std::string_view name) {
  return name == kProxyContainer || name == kInitContainer || name == kValidationContainer;
}

std::string_view Annotation(const json::object& pod, std::string_view name) {
  const json::object* metadata = FindObject(pod, "metadata");
  const json::object* all = metadata == nullptr ? nullptr : FindObject(*metadata, "annotations");
  return all == nullptr ? std::string_view() : FindString(*all, name);
}

void AddNames(const json::object& status, std::string_view list,
              std::set<std::string, std::less<>>& names) {
  const json::array* found = FindArray(status, list);
  if (found == nullptr) return;
  for (const json::value& item : *found) {
    if (const json::string* name = item.if_string(); name != nullptr && IsOurs(View(*name))) {
      names.emplace(View(*name));
    }
  }
}

/// Puts a container in place of the one with its name, or last.
void Put(json::array& list, json::object container) {
  const std::string name(FindString(container, "name"));
  if (json::object* same = FindNamed(list, name)) {
    *same = std::move(container);
  } else {
    list.push_back(std::move(container));
  }
}

void Forget(Prior& prior, std::string_view name) {
  for (json::array* users : {&prior.user_containers, &prior.user_init_containers}) {
    const auto same = std::find_if(users->begin(), users->end(), [&](const json::value& item) {
      return FindString(item.get_object(), "name") == name;
    });
    if (same != users->end()) users->erase(same);
  }
}

void CollectUsers(const json::object& pod, std::string_view list, Prior& prior) {
  const json::object* spec = FindObject(pod, "spec");
  const json::array* containers = spec == nullptr ? nullptr : FindArray(*spec, list);
  if (containers == nullptr) return;
  for (const json::value& item : *containers) {
    json::object container = item.get_object();
    const std::string name(FindString(container, "name"));
    if (!IsOurs(name) || prior.injected.contains(name)) continue;
    if (FindString(container, "image") == "auto") Remove(container, "image");
    Forget(prior, name);  // the pod's word is newer than a remembered one
    (list == "containers" ? prior.user_containers : prior.user_init_containers)
        .push_back(std::move(container));
  }
}

absl::Status ReadOverrides(std::string_view text, Prior& prior) {
  const auto wrong = [&](std::string_view reason) {
    return absl::InvalidArgumentError(
        Cat("invalid value '", text, "' for annotation '", kOverridesAnnotation, "': ", reason));
  };
  boost::json::error_code error;
  const json::value value = json::parse(View(text), error);
  const json::object* overrides = error ? nullptr : value.if_object();
  if (overrides == nullptr) return wrong("is not a JSON object");
  // Containers here go where containers of a pod go, so they must have the same shape.
  json::object spec;
  for (const std::string_view list : {"containers", "initContainers"}) {
    if (Has(*overrides, list)) spec[View(list)] = overrides->at(View(list));
  }
  if (absl::Status shape = CheckPod({{"spec", spec}}); !shape.ok()) return wrong(MessageOf(shape));
  for (const auto& [list, into] : {std::pair{"containers", &prior.user_containers},
                                   std::pair{"initContainers", &prior.user_init_containers}}) {
    const json::array* containers = FindArray(spec, list);
    if (containers == nullptr) continue;
    for (const json::value& item : *containers) {
      if (IsOurs(FindString(item.get_object(), "name"))) Put(*into, item.get_object());
    }
  }
  return absl::OkStatus();
}

void WithoutNames(json::object& spec, std::string_view list, const Prior& prior) {
  json::array* containers = FindArray(spec, list);
  if (containers == nullptr) return;
  json::array kept;
  for (json::value& item : *containers) {
    if (!prior.injected.contains(FindString(item.get_object(), "name"))) {
      kept.push_back(std::move(item));
    }
  }
  *containers = std::move(kept);
}

json::value NamesOf(const json::object& spec, std::string_view list) {
  const json::array* items = FindArray(spec, list);
  if (items == nullptr || items->empty()) return nullptr;
  json::array names;
  for (const json::value& item : *items) {
    names.push_back(View(FindString(item.get_object(), "name")));
  }
  return names;
}

}  // namespace

absl::StatusOr<Prior> ReadPrior(const json::object& pod) {
  Prior prior;
  if (const std::string_view text = Annotation(pod, kStatusAnnotation); !text.empty()) {
    boost::json::error_code error;
    const json::value status = json::parse(View(text), error);
    if (!error && status.is_object()) {  // anything else: nobody we know injected this pod
      AddNames(status.get_object(), "containers", prior.injected);
      AddNames(status.get_object(), "initContainers", prior.injected);
    }
  }
  if (const std::string_view text = Annotation(pod, kOverridesAnnotation); !text.empty()) {
    if (absl::Status status = ReadOverrides(text, prior); !status.ok()) return status;
  }
  CollectUsers(pod, "containers", prior);
  CollectUsers(pod, "initContainers", prior);
  return prior;
}

json::object WithoutInjection(const json::object& pod, const Prior& prior) {
  json::object result = pod;
  json::object& spec = EnsureObject(result, "spec");
  for (const auto& [list, users] : {std::pair{"containers", &prior.user_containers},
                                    std::pair{"initContainers", &prior.user_init_containers}}) {
    WithoutNames(spec, list, prior);
    if (users->empty()) continue;
    json::array& containers = EnsureArray(spec, list);
    for (const json::value& item : *users) Put(containers, item.get_object());
  }
  return result;
}

std::string OverridesText(const Prior& prior) {
  json::object overrides;
  if (!prior.user_containers.empty()) overrides["containers"] = prior.user_containers;
  if (!prior.user_init_containers.empty()) overrides["initContainers"] = prior.user_init_containers;
  return overrides.empty() ? std::string() : ToText(overrides);
}

std::string StatusText(const json::object& overlay, std::string_view revision) {
  const json::object& spec = overlay.at("spec").get_object();
  json::object status;
  for (const std::string_view list :
       {"initContainers", "containers", "volumes", "imagePullSecrets"}) {
    status[View(list)] = NamesOf(spec, list);
  }
  status["revision"] = View(revision.empty() ? "default" : revision);
  return ToText(status);
}

}  // namespace outrigger::injector
