// Arbitrary bytes as an AdmissionReview. The answer is always a review; when it carries a patch,
// the patch applies, and reviewing the patched pod changes nothing more.
#include <absl/strings/escaping.h>

#include <boost/json/parse.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/admission.h"
#include "injector/json.h"
#include "tests/injector/apply_patch.h"

namespace {

using namespace outrigger::injector;

void Require(bool condition, const char* what, std::string_view detail) {
  if (condition) return;
  std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(detail.size()), detail.data());
  std::abort();
}

/// Deeper than the injector reads: our own parse must never be the one that gives up.
json::value Parse(std::string_view text, boost::json::error_code& error) {
  boost::json::parse_options options;
  options.max_depth = 1000;
  return json::parse(View(text), error, {}, options);
}

json::value Parse(std::string_view text) {
  boost::json::error_code error;
  json::value value = Parse(text, error);
  Require(!error, "this is not JSON", text);
  return value;
}

json::object Response(std::string_view body, const InjectorOptions& options) {
  const AdmissionResponse answer = ReviewPod({"/inject", "application/json", body}, options);
  Require(answer.status == 200, "no review came back", answer.body);
  return Parse(answer.body).as_object().at("response").as_object();
}

void Review(std::string_view body, const InjectorOptions& options) {
  const json::object response = Response(body, options);
  if (!Has(response, "patch")) return;
  std::string patch;
  Require(absl::Base64Unescape(std::string(FindString(response, "patch")), &patch),
          "the patch is not base64", FindString(response, "patch"));

  json::object review = Parse(body).as_object();
  json::value& pod = review.at("request").as_object().at("object");
  pod = ApplyPatch(pod, Parse(patch).as_array());
  const std::string patched = ToText(review);
  // A number like 1e400 is read as infinity and written as what nobody reads; no API server sends
  // it.
  boost::json::error_code error;
  Parse(patched, error);
  if (error) return;
  const json::object again = Response(patched, options);
  Require(again.at("allowed") == json::value(true), "the patched pod is refused", ToText(again));
  std::string second;
  absl::Base64Unescape(std::string(FindString(again, "patch")), &second);
  Require(second.empty(), "the patched pod is patched again", second + "\nafter " + patch);
}

InjectorOptions Loaded() {
  InjectorOptions options;
  options.cluster_name = "east";
  options.network = "net";
  options.cni = true;
  options.native_sidecars = NativeSidecars::kOn;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const InjectorOptions kPlain;
  static const InjectorOptions kLoaded = Loaded();
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (body.empty() || body.size() > 100000) return 0;
  Review(body, kPlain);
  Review(body, kLoaded);
  return 0;
}
