#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/outrigger/v1/config.pb.h"
#include "control/compiler.h"
#include "control/store.h"

namespace outrigger::control {

/// A mesh in a few lines: manifests as text, pods by hand. Pods get addresses 10.0.0.1, .2, ... in
/// the order they are added, Services without clusterIP get 10.96.0.1, .2, ...
class MeshFixture {
 public:
  /// Puts the objects of `yaml` into the store; what is wrong with them is in `problems`.
  void Apply(std::string_view yaml, std::string_view file = "test.yaml");
  /// `kind: Service` with one port of that name, selecting `app: <name>`.
  void AddService(std::string_view name, int port, std::string_view port_name = "http",
                  std::string_view ns = "default");
  /// Labels are `app` and, if given, `version`; the Deployment is `app-version`.
  Pod& AddPod(std::string_view app, std::string_view version = {}, std::string_view ns = "default",
              ProxyRole role = ProxyRole::kSidecar);
  /// A gateway pod with label `istio: ingressgateway` in istio-system.
  Pod& AddIngressGateway();

  CompileResult Compile();
  /// The configuration of the pod, which Validate() must accept.
  v1::ProxyConfig ConfigOf(const Pod& pod);
  v1::ProxyConfig ConfigOf(std::string_view ns, std::string_view pod);

  Store store;
  std::vector<Pod> pods;
  MeshOptions options;
  config::Problems problems;

 private:
  void AssignAddresses();
};

/// Looks a part of a configuration up by name; a test failure and an empty message when missing.
const v1::Listener& ListenerNamed(const v1::ProxyConfig& config, std::string_view name);
const v1::RouteTable& TableNamed(const v1::ProxyConfig& config, std::string_view name);
const v1::Cluster& ClusterNamed(const v1::ProxyConfig& config, std::string_view name);
const v1::CaptureChain& ChainNamed(const v1::Listener& listener, std::string_view name);
/// `10.0.0.1:9080 10.0.0.2:9080`.
std::string EndpointsOf(const v1::Cluster& cluster);
/// Names of a repeated field in order, joined with a blank.
template <class Items>
std::string NamesOf(const Items& items) {
  std::string names;
  for (const auto& item : items) names += (names.empty() ? "" : " ") + item.name();
  return names;
}

}  // namespace outrigger::control
