#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "injector/options.h"
#include "injector/owner.h"
#include "injector/selector.h"
#include "injector/settings.h"

// The mesh's part of a pod, made from nothing: pure functions from what the pod is and asks for to
// containers and volumes. Laying it over the pod is inject.cc's business.

namespace outrigger::injector {

inline constexpr std::string_view kProxyContainer = "istio-proxy";
inline constexpr std::string_view kInitContainer = "istio-init";
inline constexpr std::string_view kValidationContainer = "istio-validation";
inline constexpr std::uint32_t kProxyUid = 1337;

enum class Template { kSidecar, kGateway };

/// Everything a template may look at. References outlive the call.
struct RenderInput {
  const boost::json::object& pod;  ///< without what an earlier injection put there
  std::string_view namespace_name;
  const Owner& owner;
  const InjectorOptions& options;
  const PodSettings& settings;
  /// The uid istio-proxy will run as, which the init rules must let through (the user may set one).
  std::uint32_t proxy_uid = kProxyUid;
  Template which = Template::kSidecar;

  [[nodiscard]] bool native() const { return settings.native && which == Template::kSidecar; }
  [[nodiscard]] bool tproxy() const { return settings.interception_mode == "TPROXY"; }
};

/// The environment of istio-proxy, in the contract's order; what is appended after merging
/// (cluster, network, webhook URL, metrics, probes) is not part of it.
boost::json::array ProxyEnvironment(const RenderInput& input);

boost::json::object ProxyContainer(const RenderInput& input);

/// istio-init, or istio-validation where a CNI plugin sets the rules.
boost::json::object InitContainer(const RenderInput& input);

boost::json::array ProxyVolumes(const RenderInput& input);
boost::json::array ProxyVolumeMounts(const RenderInput& input);

/// One template: a pod with the labels, annotations and spec to lay over the user's. Nothing in it
/// depends on whether the pod was injected before.
boost::json::object Render(const RenderInput& input);

}  // namespace outrigger::injector
