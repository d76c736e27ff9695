#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "injector/options.h"

namespace outrigger::injector {

/// Larger reviews are refused unread; the API server's own limit for a request is 3 MiB.
inline constexpr std::size_t kMaxReviewBytes = std::size_t{6} << 20;

/// An HTTP request to the webhook. The method does not matter.
struct AdmissionRequest {
  /// `/inject`, or `/inject/k1/v1/k2/v2`: `cluster` and `net` name the pod's cluster and network,
  /// other keys become environment variables in upper case; `--slash--` in a value means `/`. The
  /// old form
  /// `/inject/:ENV:A=b:ENV:C=d` is understood.
  std::string_view path;
  std::string_view content_type;
  std::string_view body;
};

struct AdmissionResponse {
  int status = 200;
  std::string_view content_type;  ///< static text
  std::string body;
};

/// Answers one AdmissionReview (admission.k8s.io/v1 and v1beta1) for a pod.
///
/// HTTP errors are for requests that are no review at all: 400 without a body or with one over
/// kMaxReviewBytes, 415 when the type is not exactly application/json. Everything else is a review
/// with `allowed`: false with a message when the pod cannot be read or injected, true without a
/// patch when policy skips it, true with a JSONPatch otherwise. Never throws on input.
AdmissionResponse ReviewPod(const AdmissionRequest& request, const InjectorOptions& options);

/// The environment a webhook path asks for; see AdmissionRequest::path.
Labels EnvironmentOfPath(std::string_view path);

}  // namespace outrigger::injector
