#include "injector/admission.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

#include <boost/json/parse.hpp>
#include <utility>
#include <vector>

#include "injector/decide.h"
#include "injector/inject.h"
#include "injector/json.h"
#include "injector/json_patch.h"
#include "injector/shape.h"
#include "injector/text.h"
#include "proxy/config/document.h"

namespace outrigger::injector {
namespace {

constexpr std::string_view kDefaultVersion = "admission.k8s.io/v1";

std::vector<std::string_view> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

void AddVariable(std::string_view key, std::string_view value, Labels& variables) {
  std::string text;
  for (const std::string_view part : Split(value, "--slash--")) {
    text += text.empty() && part.data() == value.data() ? Cat(part) : Cat("/", part);
  }
  std::string name(key);
  if (key == "cluster") {
    name = "ISTIO_META_CLUSTER_ID";
  } else if (key == "net") {
    name = "ISTIO_META_NETWORK";
  } else {
    absl::AsciiStrToUpper(&name);
  }
  if (!name.empty()) variables[name] = text;
}

AdmissionResponse Refuse(int status, std::string_view reason) {
  return {status, "text/plain; charset=utf-8", Cat(reason, "\n")};
}

/// A review under way: what came in, and the `response` that goes out.
class Review {
 public:
  Review(const AdmissionRequest& request, const InjectorOptions& options)
      : request_(request), options_(options) {}

  json::object Answer() {
    Decode();
    json::object answer;
    answer["apiVersion"] = View(api_version_);
    answer["kind"] = View(kind_);
    answer["response"] = std::move(response_);
    return answer;
  }

 private:
  void Deny(std::string_view message) {
    response_["allowed"] = false;
    response_["status"] = json::object{{"message", View(message)}};
  }

  void Decode() {
    boost::json::error_code error;
    boost::json::parse_options depth;
    depth.max_depth = static_cast<std::size_t>(config::kMaxDepth);
    const json::value value = json::parse(View(request_.body), error, {}, depth);
    const json::object* review = error ? nullptr : value.if_object();
    response_["uid"] = "";
    if (review == nullptr) {
      return Deny(Cat("the body is not an AdmissionReview in JSON",
                      error ? Cat(": ", error.message()) : std::string()));
    }
    if (const std::string_view text = FindString(*review, "apiVersion"); !text.empty()) {
      api_version_ = text;
    }
    if (const std::string_view text = FindString(*review, "kind"); !text.empty()) kind_ = text;
    const json::object* request = FindObject(*review, "request");
    if (request == nullptr) return Deny("the AdmissionReview has no request");
    response_["uid"] = View(FindString(*request, "uid"));
    const json::object* pod = FindObject(*request, "object");
    if (pod == nullptr) return Deny("the AdmissionReview's request has no object");
    InjectPod(*pod, FindString(*request, "namespace"));
  }

  void InjectPod(const json::object& received, std::string_view namespace_name) {
    if (const absl::Status shape = CheckPod(received); !shape.ok()) {
      return Deny(Cat("the pod cannot be decoded: ", MessageOf(shape)));
    }
    json::object pod = received;
    // The review's namespace is the pod's, and managedFields is bookkeeping: neither is a change.
    if (json::object* metadata = FindObject(pod, "metadata")) {
      Remove(*metadata, "managedFields");
      if (FindString(*metadata, "namespace").empty() && !namespace_name.empty()) {
        (*metadata)["namespace"] = View(namespace_name);
      }
    }
    const json::object* metadata = FindObject(pod, "metadata");
    const std::string own(metadata ? FindString(*metadata, "namespace") : std::string_view());
    const Decision decision = AllowedByPolicy(pod, own, options_);
    if (!decision.inject) {
      response_["allowed"] = true;
      return;
    }
    const InjectContext context{own, std::nullopt, EnvironmentOfPath(request_.path)};
    const absl::StatusOr<json::object> injected = Inject(pod, context, options_);
    if (!injected.ok()) {
      return Deny(Cat("failed to run injection template: ", MessageOf(injected.status())));
    }
    Patch(DiffJson(json::value(pod), json::value(*injected)));
  }

  void Patch(const json::array& operations) {
    response_["allowed"] = true;
    if (operations.empty()) return;
    std::string encoded;
    absl::Base64Escape(ToText(operations), &encoded);
    response_["patch"] = encoded;
    response_["patchType"] = "JSONPatch";
  }

  const AdmissionRequest& request_;
  const InjectorOptions& options_;
  std::string api_version_{kDefaultVersion};
  std::string kind_ = "AdmissionReview";
  json::object response_;
};

}  // namespace

Labels EnvironmentOfPath(std::string_view path) {
  Labels variables;
  constexpr std::string_view kPrefix = "/inject/";
  if (!path.starts_with(kPrefix)) return variables;
  path.remove_prefix(kPrefix.size());
  if (path.starts_with(":ENV:")) {
    for (const std::string_view part : Split(path.substr(5), ":ENV:")) {
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos) continue;
      AddVariable(part.substr(0, equals), part.substr(equals + 1), variables);
    }
    return variables;
  }
  const std::vector<std::string_view> parts = Split(path, "/");
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    AddVariable(parts[i], parts[i + 1], variables);
  }
  return variables;
}

AdmissionResponse ReviewPod(const AdmissionRequest& request, const InjectorOptions& options) {
  if (request.body.empty()) return Refuse(400, "no body found");
  if (request.body.size() > kMaxReviewBytes) return Refuse(400, "the body is over 6 MiB");
  if (request.content_type != "application/json") {
    return Refuse(415, "invalid Content-Type, want application/json");
  }
  return {200, "application/json", ToText(Review(request, options).Answer())};
}

}  // namespace outrigger::injector
