#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/mesh_options.h"
#include "control/pod.h"
#include "control/store.h"
#include "proxy/config/problem.h"

namespace outrigger::v1 {
class ProxyConfig;
}

namespace outrigger::control {

/// What one proxy is told. Held in parts, because most of it is the same for many proxies: the
/// address index for all of the mesh, the client side for workloads of a namespace. Immutable,
/// cheap to copy, may be read from any thread.
class ProxyView {
 public:
  using Part = std::shared_ptr<const v1::ProxyConfig>;

  ProxyView(const Pod& pod, std::vector<Part> parts, std::string version)
      : ns_(pod.ns),
        pod_(pod.name),
        role_(pod.role),
        parts_(std::move(parts)),
        version_(std::move(version)) {}

  [[nodiscard]] const std::string& ns() const { return ns_; }
  [[nodiscard]] const std::string& pod() const { return pod_; }
  [[nodiscard]] ProxyRole role() const { return role_; }
  /// A digest of the content, so that a caller can tell whether there is anything new to send.
  [[nodiscard]] const std::string& version() const { return version_; }
  /// The whole message, made anew: config::WriteConfigYaml() prints it, the proxy accepts it.
  [[nodiscard]] v1::ProxyConfig Config() const;

 private:
  std::string ns_;
  std::string pod_;
  ProxyRole role_;
  std::vector<Part> parts_;
  std::string version_;
};

struct CompileResult {
  /// One for each pod with a proxy, by namespace and name.
  std::vector<ProxyView> proxies;
  /// Warnings about references (references.h). What is wrong inside an object was reported when it
  /// was read.
  config::Problems problems;

  [[nodiscard]] const ProxyView* Find(std::string_view ns, std::string_view pod) const;
};

/// Turns resources and pods into what each proxy is told. Pure: no clock, no files; equal input
/// gives byte-equal configurations, whatever the order of the pods. Never fails: an object that is
/// in the store has passed admission.
class Compiler {
 public:
  [[nodiscard]] CompileResult Compile(const Store& store, const std::vector<Pod>& pods,
                                      const MeshOptions& options) const;
};

}  // namespace outrigger::control
