#include "injector/inject.h"

#include <absl/status/status.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "injector/json.h"
#include "injector/merge.h"
#include "injector/prior.h"
#include "injector/probes.h"
#include "injector/prometheus.h"
#include "injector/proxy_env.h"
#include "injector/render.h"
#include "injector/settings.h"
#include "injector/shape.h"
#include "injector/text.h"

namespace outrigger::injector {
namespace {

constexpr std::string_view kNetworkLabel = "topology.istio.io/network";

/// The pod with `metadata`, which people expect before `spec`.
json::object WithMetadata(const json::object& pod) {
  if (pod.contains("metadata")) return pod;
  json::object result;
  for (const auto& member : pod) {
    if (member.key() == "spec") result["metadata"].emplace_object();
    result[member.key()] = member.value();
  }
  return result;
}

/// One injection, step by step; `pod_` is the pod on its way.
class Injection {
 public:
  Injection(const json::object& pod, const InjectContext& context, const InjectorOptions& options)
      : original_(pod), context_(context), options_(options), pod_(WithMetadata(pod)) {}

  absl::StatusOr<json::object> Run() {
    if (absl::Status status = CheckPod(original_); !status.ok()) return status;
    absl::StatusOr<Prior> prior = ReadPrior(original_);
    if (!prior.ok()) return prior.status();
    prior_ = *std::move(prior);
    absl::StatusOr<PodSettings> settings = ReadSettings(Annotations(), options_);
    if (!settings.ok()) return settings.status();
    settings_ = *std::move(settings);

    RenderOverlay();
    KeepOnlyWhatTheTemplateDefines();
    if (absl::Status status = CheckNames(); !status.ok()) return status;
    PlaceProxy();
    Merge(pod_, overlay_);
    ApplyUsersContainers();
    WriteOverrides();

    AddClusterEnvironment();
    if (settings_.merge_prometheus) {
      absl::Status status = MergePrometheus(pod_, settings_.status_port);
      if (!status.ok()) return status;
    }
    if (settings_.rewrite_probes && settings_.status_port != 0) {
      RewriteProbes(spec(), settings_.status_port);
    }
    WriteMetadata();
    Reorder();
    return std::move(pod_);
  }

 private:
  json::object& spec() { return EnsureObject(pod_, "spec"); }
  json::object& annotations() {
    return EnsureObject(EnsureObject(pod_, "metadata"), "annotations");
  }
  json::object& labels() { return EnsureObject(EnsureObject(pod_, "metadata"), "labels"); }
  Labels Annotations() const { return MetadataMap("annotations"); }
  Labels MetadataMap(std::string_view key) const {
    const json::object* metadata = FindObject(original_, "metadata");
    return ToLabels(metadata == nullptr ? nullptr : FindObject(*metadata, key));
  }
  bool native() const { return settings_.native && HasTemplate("sidecar"); }
  bool HasTemplate(std::string_view name) const {
    return std::find(settings_.templates.begin(), settings_.templates.end(), name) !=
           settings_.templates.end();
  }
  const json::object* UsersProxy() const;

  void RenderOverlay();
  void KeepOnlyWhatTheTemplateDefines();
  absl::Status CheckNames() const;
  void PlaceProxy();
  void ApplyUsersContainers();
  void ApplyUsers(const json::array& containers);
  void WriteOverrides();
  std::string Network() const;
  void AddClusterEnvironment();
  void WriteMetadata();
  void Reorder();

  const json::object& original_;
  const InjectContext& context_;
  const InjectorOptions& options_;
  json::object pod_;
  Prior prior_;
  PodSettings settings_;
  json::object overlay_;
};

const json::object* Injection::UsersProxy() const {
  const json::object* users = FindNamed(prior_.user_containers, kProxyContainer);
  return users != nullptr ? users : FindNamed(prior_.user_init_containers, kProxyContainer);
}

/// The uid the user gave istio-proxy; root would let everything past the rules, so it is not taken.
std::uint32_t UidOf(const json::object* container) {
  const json::object* context =
      container == nullptr ? nullptr : FindObject(*container, "securityContext");
  const json::value* user = context == nullptr ? nullptr : context->if_contains("runAsUser");
  boost::json::error_code error;
  const auto uid = user == nullptr ? 0 : user->to_number<std::uint32_t>(error);
  return error || uid == 0 ? kProxyUid : uid;
}

void Injection::RenderOverlay() {
  const json::object template_pod = WithoutInjection(original_, prior_);
  const Owner owner = context_.owner ? *context_.owner : OwnerOf(original_);
  RenderInput input{template_pod, context_.namespace_name, owner, options_, settings_};
  if (settings_.interception_mode != "TPROXY") input.proxy_uid = UidOf(UsersProxy());
  overlay_["metadata"].emplace_object();
  overlay_["spec"].emplace_object();
  for (const std::string& name : settings_.templates) {
    input.which = name == "gateway" ? Template::kGateway : Template::kSidecar;
    Merge(overlay_, Render(input));
  }
}

/// A user's container that merely has a name we use elsewhere (istio-init under CNI) stays theirs.
void Injection::KeepOnlyWhatTheTemplateDefines() {
  const json::object& overlay_spec = overlay_.at("spec").get_object();
  const auto defined = [&](const json::value& item) {
    const std::string_view name = FindString(item.get_object(), "name");
    for (const std::string_view list : {"containers", "initContainers"}) {
      const json::array* containers = FindArray(overlay_spec, list);
      if (containers != nullptr && FindNamed(*containers, name) != nullptr) return true;
    }
    return false;
  };
  for (json::array* users : {&prior_.user_containers, &prior_.user_init_containers}) {
    json::array kept;
    for (json::value& item : *users) {
      if (defined(item)) kept.push_back(std::move(item));
    }
    *users = std::move(kept);
  }
}

/// A user's container can shape ours only where ours is; elsewhere it would be a second one of its
/// name.
absl::Status Injection::CheckNames() const {
  const json::object& overlay_spec = overlay_.at("spec").get_object();
  const json::array* ours = FindArray(overlay_spec, "initContainers");
  const json::object* spec = FindObject(original_, "spec");
  const json::array* theirs = spec == nullptr ? nullptr : FindArray(*spec, "containers");
  if (ours == nullptr || theirs == nullptr) return absl::OkStatus();
  for (const json::value& item : *ours) {
    const std::string_view name = FindString(item.get_object(), "name");
    if (name == kProxyContainer || FindNamed(*theirs, name) == nullptr) continue;
    return absl::InvalidArgumentError(Cat("spec.containers has a container named '", name,
                                          "', the name of the mesh's init container; rename it"));
  }
  return absl::OkStatus();
}

/// Moves istio-proxy to the list it will live in, so that merging finds it there. One that we
/// injected in the other form is dropped: it is made anew.
void Injection::PlaceProxy() {
  const std::string_view target = native() ? "initContainers" : "containers";
  const std::string_view other = native() ? "containers" : "initContainers";
  json::array* list = FindArray(spec(), other);
  if (list == nullptr) return;
  const auto found = std::find_if(list->begin(), list->end(), [](const json::value& item) {
    return FindString(item.get_object(), "name") == kProxyContainer;
  });
  if (found == list->end()) return;
  json::value proxy = std::move(*found);
  list->erase(found);
  if (list->empty()) Remove(spec(), other);
  if (!prior_.injected.contains(kProxyContainer)) {
    EnsureArray(spec(), target).push_back(std::move(proxy));
  }
}

void Injection::ApplyUsers(const json::array& containers) {
  for (const json::value& item : containers) {
    json::object users = item.get_object();
    if (json::array* env = FindArray(users, "env")) {
      json::array kept;
      for (json::value& variable : *env) {
        if (!IsWrittenAfterMerging(FindString(variable.get_object(), "name"))) {
          kept.push_back(std::move(variable));
        }
      }
      *env = std::move(kept);
    }
    const std::string_view name = FindString(users, "name");
    for (const std::string_view list : {"containers", "initContainers"}) {
      json::array* all = FindArray(spec(), list);
      json::object* target = all == nullptr ? nullptr : FindNamed(*all, name);
      if (target != nullptr) Merge(*target, users);
    }
  }
}

void Injection::ApplyUsersContainers() {
  ApplyUsers(prior_.user_containers);
  ApplyUsers(prior_.user_init_containers);
  // Transparent sockets need root, whatever the user asked for.
  if (settings_.interception_mode != "TPROXY" || !HasTemplate("sidecar")) return;
  if (json::object* proxy = FindProxy(spec())) {
    EnsureObject(*proxy, "securityContext")["runAsUser"] = 0;
  }
}

void Injection::WriteOverrides() {
  const std::string text = OverridesText(prior_);
  if (!text.empty()) annotations()[kOverridesAnnotation] = text;
}

/// Value, webhook URL, label: the last one that says something wins.
std::string Injection::Network() const {
  std::string network = options_.network;
  if (const std::string_view url = Find(context_.url_env, "ISTIO_META_NETWORK"); !url.empty()) {
    network = url;
  }
  const Labels own = MetadataMap("labels");
  if (const std::string_view label = Find(own, kNetworkLabel); !label.empty()) network = label;
  return network;
}

void Injection::AddClusterEnvironment() {
  Labels variables;
  if (!options_.cluster_name.empty()) variables["ISTIO_META_CLUSTER_ID"] = options_.cluster_name;
  for (const auto& [name, value] : context_.url_env) variables[name] = value;
  if (const std::string network = Network(); !network.empty()) {
    variables["ISTIO_META_NETWORK"] = network;
  }
  if (json::object* proxy = FindProxy(spec())) ReplaceEnvBlock(*proxy, variables);
}

void Injection::WriteMetadata() {
  if (const std::string network = Network(); !network.empty()) {
    json::value& label = labels()[View(kNetworkLabel)];
    if (!label.is_string() || label.get_string().empty()) label = network;
  }
  annotations()[kStatusAnnotation] = StatusText(overlay_, options_.revision);
  for (const auto& [name, value] : options_.injected_annotations) annotations()[name] = value;
}

/// Moves a container to the front or the back of its list.
void MoveTo(json::array* list, std::string_view name, bool front) {
  if (list == nullptr) return;
  const auto found = std::find_if(list->begin(), list->end(), [&](const json::value& item) {
    return FindString(item.get_object(), "name") == name;
  });
  if (found == list->end()) return;
  json::value container = std::move(*found);
  list->erase(found);
  list->insert(front ? list->begin() : list->end(), std::move(container));
}

void Injection::Reorder() {
  json::array* init_containers = FindArray(spec(), "initContainers");
  if (native()) {  // rules, proxy, then the user's own init containers behind a working network
    MoveTo(init_containers, kProxyContainer, true);
    MoveTo(init_containers, options_.cni ? kValidationContainer : kInitContainer, true);
    return;
  }
  // The user's init containers run before the rules are set, or they would have no network.
  if (options_.cni) {
    MoveTo(init_containers, kValidationContainer, true);
  } else {
    MoveTo(init_containers, kInitContainer, false);
  }
  MoveTo(FindArray(spec(), "containers"), kProxyContainer, settings_.hold_application);
}

}  // namespace

absl::StatusOr<json::object> Inject(const json::object& pod, const InjectContext& context,
                                    const InjectorOptions& options) {
  return Injection(pod, context, options).Run();
}

}  // namespace outrigger::injector
