#pragma once

#include <absl/status/statusor.h>

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "injector/options.h"
#include "injector/owner.h"
#include "injector/selector.h"

namespace outrigger::injector {

struct InjectContext {
  std::string namespace_name;  ///< where the pod will live
  std::optional<Owner> owner;  ///< empty: read from the pod itself (owner.h)
  Labels url_env;              ///< extra environment from the webhook URL (admission.h)
};

/// Adds the mesh's part to a pod: labels, annotations, init container, sidecar, volumes, rewritten
/// probes, merged metrics annotations (reference: injection contract, sections 3 to 8).
///
/// Whether the pod should have a sidecar is not asked here; see decide.h.
///
/// @param pod  A pod or pod template: an object with `metadata` and `spec`. Fields the injector
/// does
///             not know come back as they are, in their order.
/// @return The whole pod. Injecting the result again gives the same pod. kInvalidArgument with one
///         sentence per problem when an annotation is invalid or the pod has not the shape of one.
absl::StatusOr<boost::json::object> Inject(const boost::json::object& pod,
                                           const InjectContext& context,
                                           const InjectorOptions& options);

}  // namespace outrigger::injector
