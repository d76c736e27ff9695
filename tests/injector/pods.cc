#include "tests/injector/pods.h"

#include <utility>

#include "injector/json.h"
#include "proxy/config/document.h"

namespace outrigger::injector {
json::object Yaml(std::string_view text) {
  config::Problems problems;
  const auto documents = config::ReadDocuments(text, "test.yaml", &problems);
  EXPECT_FALSE(problems.has_errors()) << problems;
  EXPECT_EQ(documents.size(), 1u);
  if (documents.empty() || !documents[0].root().is_object()) return {};
  return documents[0].root().get_object();
}

json::value At(const json::value& value, std::string_view pointer) {
  const json::value* here = &value;
  for (const std::string& token : PointerTokens(pointer)) {
    if (const json::object* object = here->if_object()) {
      here = object->if_contains(token);
    } else if (const json::array* list = here->if_array()) {
      here = list->if_contains(std::stoul(token));
    } else {
      here = nullptr;
    }
    if (here == nullptr) return nullptr;
  }
  return *here;
}

json::object MustInject(const json::object& pod, const InjectorOptions& options,
                        InjectContext context) {
  auto injected = Inject(pod, context, options);
  EXPECT_TRUE(injected.ok()) << injected.status();
  return injected.ok() ? *std::move(injected) : json::object();
}

std::string Refusal(const json::object& pod, const InjectorOptions& options) {
  const auto injected = Inject(pod, {"default", {}, {}}, options);
  EXPECT_FALSE(injected.ok()) << "injected: " << json::value(*injected);
  return injected.ok() ? std::string() : std::string(injected.status().message());
}

json::object Container(const json::object& pod, std::string_view name) {
  const json::object* spec = FindObject(pod, "spec");
  for (const std::string_view list : {"containers", "initContainers"}) {
    const json::array* all = spec == nullptr ? nullptr : FindArray(*spec, list);
    const json::object* found = all == nullptr ? nullptr : FindNamed(*all, name);
    if (found != nullptr) return *found;
  }
  ADD_FAILURE() << "no container " << name;
  return {};
}

std::vector<std::string> Names(const json::object& pod, std::string_view list) {
  std::vector<std::string> names;
  const json::value items = At(pod, "/spec/" + std::string(list));
  if (!items.is_array()) return names;
  for (const json::value& item : items.get_array()) {
    names.emplace_back(FindString(item.get_object(), "name"));
  }
  return names;
}

std::vector<std::string> Args(const json::object& container) {
  std::vector<std::string> args;
  if (const json::array* list = FindArray(container, "args")) {
    for (const json::value& item : *list) args.emplace_back(View(item.as_string()));
  }
  return args;
}

std::string Env(const json::object& container, std::string_view name) {
  const json::array* env = FindArray(container, "env");
  const json::object* found = env == nullptr ? nullptr : FindNamed(*env, name);
  return found == nullptr ? "<absent>" : std::string(FindString(*found, "value"));
}

std::vector<std::string> EnvNames(const json::object& container) {
  std::vector<std::string> names;
  if (const json::array* env = FindArray(container, "env")) {
    for (const json::value& item : *env) {
      names.emplace_back(FindString(item.get_object(), "name"));
    }
  }
  return names;
}

std::string Annotation(const json::object& pod, std::string_view name) {
  const json::object* metadata = FindObject(pod, "metadata");
  const Labels all = ToLabels(metadata ? FindObject(*metadata, "annotations") : nullptr);
  const auto found = all.find(name);
  return found == all.end() ? "<absent>" : found->second;
}

std::string Label(const json::object& pod, std::string_view name) {
  const json::object* metadata = FindObject(pod, "metadata");
  const Labels all = ToLabels(metadata ? FindObject(*metadata, "labels") : nullptr);
  const auto found = all.find(name);
  return found == all.end() ? "<absent>" : found->second;
}

json::object PodWith(std::string_view annotations_yaml) {
  json::object pod = Yaml("spec: {containers: [{name: app, image: app:1}]}");
  if (!annotations_yaml.empty()) {
    EnsureObject(pod, "metadata")["annotations"] = Yaml(annotations_yaml);
  }
  return pod;
}

}  // namespace outrigger::injector
