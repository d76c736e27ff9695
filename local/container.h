#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "local/node_network.h"
#include "local/pod_host.h"
#include "local/pod_spec.h"
#include "local/pod_status.h"
#include "local/probe.h"
#include "local/process.h"

namespace outrigger::local {

/// What the containers of one pod have in common. Belongs to the pod.
struct PodParts {
  const PodHost& host;
  PodSpec spec;
  Ipv4 address;
  Sandbox sandbox;
  std::string folder;                          ///< below PodHost::pods_dir
  std::string logs;                            ///< one file per container
  std::map<std::string, std::string> volumes;  ///< name -> path
  std::vector<AcceptSocket> accept;            ///< for the proxy of a gateway pod
  std::function<std::string(const std::string& container)>
      where;  ///< "bookinfo.yaml:57: Deployment default/details-v1"
};

/// One container through its life:
///
/// | state      | reason                        | leaves it when |
/// |------------|-------------------------------|----------------------------------------------------|
/// | waiting    | PodInitializing, ContainerCreating | the pod calls Start | | waiting    |
/// ImagePullBackOff, CreateContainerConfigError | never: the input has to change      | | running
/// |                               | the process ends, or Stop, or its liveness probe fails | |
/// terminated | Completed, Error, StartError  | the restart policy says so | | waiting    |
/// CrashLoopBackOff              | the back-off is over                               |
class Container {
 public:
  enum class Kind { kInit, kNativeSidecar, kMain };

  Container(const PodParts& pod, const ContainerSpec& spec, Kind kind,
            std::function<void()> on_change);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  void Start();
  /// preStop hook, SIGTERM, and SIGKILL when `grace` has passed. Not started again afterwards.
  void Stop(std::chrono::milliseconds grace);

  [[nodiscard]] const ContainerView& view() const { return view_; }
  [[nodiscard]] const ContainerSpec& spec() const { return spec_; }
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool running() const { return pid_ > 0; }
  [[nodiscard]] bool waiting_for_first_start() const { return !was_started_; }
  [[nodiscard]] bool was_ready() const { return was_ready_; }
  /// An init container that has done its work, or a native sidecar that is up: the next may start.
  [[nodiscard]] bool lets_next_start() const;
  void SetWaitingReason(std::string reason);
  /// Whether the image is our proxy.
  [[nodiscard]] bool is_proxy() const {
    return program_ && program_->role == ImageProgram::Role::kProxy;
  }
  /// Folder of the machine that the proxy sees as /etc/istio/proxy.
  [[nodiscard]] std::string proxy_folder() const;

 private:
  bool FindProgram();
  absl::StatusOr<ProcessSpec> BuildProcess();
  std::vector<std::string> BuildArguments() const;
  std::vector<BindMount> BuildMounts() const;
  void OnRunning();
  void BeginProbes();
  void BecomeReady(bool ready);
  void OnExit(int wait_status);
  void EndProbes();
  [[nodiscard]] bool RestartsAfter(bool success) const;
  void StartAgain(bool success);
  void Fail(std::string reason, const std::string& message);
  void Kill(std::chrono::milliseconds grace);
  std::function<void()> RunInside(const ExecCommand& command, std::function<void(bool)> done);
  Prober::Target ProbeTarget();

  const PodParts& pod_;
  const ContainerSpec spec_;
  const Kind kind_;
  std::function<void()> on_change_;
  std::optional<ImageProgram> program_;
  ContainerView view_;
  ProcessSpec process_;  // of the current run; hooks and exec probes take its ids and environment
  pid_t pid_ = 0;
  bool was_started_ = false;
  bool was_ready_ = false;
  bool stopping_ = false;
  int crashes_ = 0;
  PollLoop::Clock::time_point started_at_;
  PollLoop::TimerId restart_timer_ = 0, kill_timer_ = 0;
  std::unique_ptr<Prober> startup_, readiness_, liveness_;
  std::unique_ptr<ProbeAttempt> hook_;
};

}  // namespace outrigger::local
