#pragma once

#include <absl/status/statusor.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>
#include <string>

namespace outrigger::injector {

inline constexpr char kStatusAnnotation[] = "sidecar.istio.io/status";
inline constexpr char kOverridesAnnotation[] = "proxy.istio.io/overrides";

/// What a pod says about an earlier injection and about containers of ours that the user shaped.
struct Prior {
  /// Our containers that an earlier injection added (annotation sidecar.istio.io/status). Names
  /// that are not ours are not believed, so that a wrong annotation cannot hide an app.
  std::set<std::string, std::less<>> injected;
  /// The user's own containers with names of ours: those in the pod that were not injected, and
  /// those remembered in annotation proxy.istio.io/overrides. `image: auto` is already removed.
  boost::json::array user_containers, user_init_containers;
};

/// @return kInvalidArgument when the overrides annotation is not what an injector writes.
absl::StatusOr<Prior> ReadPrior(const boost::json::object& pod);

/// The pod as the user wrote it: without injected containers, with the remembered ones.
boost::json::object WithoutInjection(const boost::json::object& pod, const Prior& prior);

/// The value of the overrides annotation; empty when the user shaped nothing.
std::string OverridesText(const Prior& prior);

/// The value of the status annotation for the part of `overlay` that was laid over the pod.
std::string StatusText(const boost::json::object& overlay, std::string_view revision);

}  // namespace outrigger::injector
