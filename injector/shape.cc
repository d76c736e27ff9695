#include "injector/shape.h"

#include <set>
#include <string>
#include <string_view>

#include "injector/json.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

class Checker {
 public:
  /// The object at `key`; nullptr when absent or wrong (which is noted).
  const json::object* Object(const json::object& parent, std::string_view key,
                             std::string_view path) {
    if (!Has(parent, key)) return nullptr;
    const json::object* object = FindObject(parent, key);
    if (object == nullptr) Note(Cat(path, key), "is not an object");
    return object;
  }

  /// The list at `key`, all of whose items are objects; nullptr when absent or wrong.
  const json::array* Objects(const json::object& parent, std::string_view key,
                             std::string_view path) {
    if (!Has(parent, key)) return nullptr;
    const json::array* list = FindArray(parent, key);
    if (list == nullptr) {
      Note(Cat(path, key), "is not a list");
      return nullptr;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!(*list)[i].is_object()) {
        Note(Cat(path, key, "[", i, "]"), "is not an object");
        return nullptr;
      }
    }
    return list;
  }

  void String(const json::object& parent, std::string_view key, std::string_view path) {
    if (Has(parent, key) && !parent.at(View(key)).is_string()) {
      Note(Cat(path, key), "is not a string");
    }
  }

  void Metadata(const json::object& pod) {
    const json::object* metadata = Object(pod, "metadata", "");
    if (metadata == nullptr) return;
    for (const std::string_view key : {"name", "generateName", "namespace"}) {
      String(*metadata, key, "metadata.");
    }
    Objects(*metadata, "ownerReferences", "metadata.");
    for (const std::string_view key : {"labels", "annotations"}) {
      const json::object* map = Object(*metadata, key, "metadata.");
      if (map == nullptr) continue;
      for (const auto& member : *map) {
        if (!member.value().is_string() && !member.value().is_null()) {
          Note(Cat("metadata.", key, "[\"", std::string_view(member.key()), "\"]"),
               "is not a string, quote it");
        }
      }
    }
  }

  void Spec(const json::object& spec) {
    for (const std::string_view list : {"containers", "initContainers"}) {
      const json::array* containers = Objects(spec, list, "spec.");
      if (containers == nullptr) continue;
      for (std::size_t i = 0; i < containers->size(); ++i) {
        Container((*containers)[i].get_object(), Cat("spec.", list, "[", i, "]."));
      }
    }
    Objects(spec, "volumes", "spec.");
    Objects(spec, "imagePullSecrets", "spec.");
    if (const json::object* context = Object(spec, "securityContext", "spec.")) {
      Objects(*context, "sysctls", "spec.securityContext.");
    }
  }

  absl::Status result() const {
    return problem_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(problem_);
  }

 private:
  void Note(std::string_view path, std::string_view problem) {
    if (problem_.empty()) problem_ = Cat(path, " ", problem);
  }

  void Container(const json::object& container, const std::string& path) {
    const std::string_view name = FindString(container, "name");
    if (name.empty()) {
      Note(path + "name", "is missing or not a string");
    } else if (!names_.emplace(name).second) {
      Note(path + "name", Cat("is '", name, "', as another container's"));
    }
    String(container, "image", path);
    for (const std::string_view list : {"env", "ports", "volumeMounts"}) {
      Objects(container, list, path);
    }
    for (const std::string_view probe : {"readinessProbe", "livenessProbe", "startupProbe"}) {
      if (const json::object* object = Object(container, probe, path)) {
        Handlers(*object, Cat(path, probe, "."));
      }
    }
    if (const json::object* lifecycle = Object(container, "lifecycle", path)) {
      for (const std::string_view hook : {"preStop", "postStart"}) {
        if (const json::object* object = Object(*lifecycle, hook, path + "lifecycle.")) {
          Handlers(*object, Cat(path, "lifecycle.", hook, "."));
        }
      }
    }
    Object(container, "resources", path);
    Object(container, "securityContext", path);
  }

  void Handlers(const json::object& parent, const std::string& path) {
    for (const std::string_view handler : {"httpGet", "tcpSocket", "grpc"}) {
      Object(parent, handler, path);
    }
  }

  std::string problem_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace

absl::Status CheckPod(const json::object& pod) {
  Checker checker;
  checker.Metadata(pod);
  const json::object* spec = checker.Object(pod, "spec", "");
  if (spec != nullptr) {
    checker.Spec(*spec);
  } else if (checker.result().ok()) {
    return absl::InvalidArgumentError("spec is missing");
  }
  return checker.result();
}

}  // namespace outrigger::injector
