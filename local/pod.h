#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "local/admin_query.h"
#include "local/container.h"
#include "local/pod_host.h"
#include "local/pod_spec.h"
#include "local/pod_status.h"

namespace outrigger::local {

/// A pod of the local mesh: a sandbox (network, host name, IPC) and its containers. Init containers
/// run one after the other, native sidecars among them stay; then the proxy, then, once the proxy
/// is ready, the rest: an app never finds itself without the mesh.
class Pod {
 public:
  /// @param on_change  After anything a person or an endpoint list could notice; from the loop,
  /// never from inside a call.
  Pod(const PodHost& host, PodSpec spec, Ipv4 address, std::vector<AcceptSocket> accept,
      std::function<std::string(const std::string&)> where, std::function<void()> on_change);
  ~Pod();
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;

  /// Makes the sandbox and starts the first container. What goes wrong becomes the pod's status and
  /// one line.
  void Start();
  /// Takes the pod out of every endpoint list without touching its containers; Stop comes when
  /// everybody has heard.
  void Leave();
  /// Stops all containers, at most for `grace`; `gone()` says when none runs any more.
  void Stop(std::chrono::milliseconds grace);
  /// Hands the proxy a configuration; without a proxy nothing happens.
  /// @param version  What the proxy will show as the version in force; equal versions are equal
  /// configurations.
  void SetProxyConfig(const std::string& version, const std::string& yaml);
  [[nodiscard]] const std::string& config_version() const { return wanted_version_; }
  /// Whether the proxy, if it runs, has taken the last configuration; on_change tells when that
  /// becomes true.
  [[nodiscard]] bool current() const;

  [[nodiscard]] const PodSpec& spec() const { return parts_.spec; }
  [[nodiscard]] Ipv4 address() const { return parts_.address; }
  [[nodiscard]] PodRow row() const;
  [[nodiscard]] bool ready() const;
  [[nodiscard]] bool leaving() const { return leaving_; }
  [[nodiscard]] bool stopping() const { return stopping_; }
  [[nodiscard]] bool gone() const;
  [[nodiscard]] bool has_proxy() const { return proxy() != nullptr; }

 private:
  void Advance();
  bool AdvanceInit();
  void NoteChange();
  [[nodiscard]] PodView View() const;
  [[nodiscard]] const Container* proxy() const;
  [[nodiscard]] EnvSources Sources() const;
  void StopSidecars();
  void WriteConfig();
  void CheckConfig();
  void OnConfigDump(const std::string& answer);

  PodParts parts_;
  std::function<void()> on_change_;
  std::vector<std::unique_ptr<Container>> init_, main_;
  std::string problem_;  // status of a pod that has no sandbox or volumes
  std::string config_, wanted_version_, taken_version_;
  std::unique_ptr<AdminQuery> query_;
  PollLoop::TimerId query_timer_ = 0;
  std::int64_t created_;
  bool leaving_ = false;  // on the way out; stays true from then on
  bool stopping_ = false;
  PollLoop::Clock::time_point stop_by_;
  PollLoop::TimerId change_timer_ = 0;
};

}  // namespace outrigger::local
