#pragma once

#include <optional>
#include <string_view>

#include "control/resource.h"
#include "proxy/config/problem.h"

namespace outrigger::control {

/// What became of one document. At most one of the two is set; neither: an unknown kind.
struct ReadOutcome {
  ResourcePtr resource;
  /// An object of a known kind that admission refused. A source that has an earlier version of it
  /// keeps that one in force.
  std::optional<ResourceKey> refused;
};

/// Turns one Kubernetes object into a resource, as an API server with Istio's webhooks would:
///   - an unknown kind is skipped with one warning (file, line, kind);
///   - an object without a namespace gets `default_namespace`;
///   - Istio kinds are read into their message and checked (admission.h); an error refuses them;
///   - fields that have no effect yet are reported by name (inert.h).
ReadOutcome ReadResource(const config::Document& document, std::string_view default_namespace,
                         config::Problems* problems);

}  // namespace outrigger::control
