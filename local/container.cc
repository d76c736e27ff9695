#include "local/container.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "local/container_env.h"
#include "local/privilege.h"

namespace outrigger::local {
namespace {

constexpr char kProxyFolder[] = "/etc/istio/proxy";
constexpr char kConfigPath[] = "/etc/istio/proxy/outrigger.yaml";
constexpr std::chrono::seconds kHookTimeout{30};

/// Whether a program can be found the way exec will look for it.
bool CanRun(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  constexpr const char* kFolders[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                      "/usr/bin",        "/sbin",          "/bin"};
  return std::any_of(std::begin(kFolders), std::end(kFolders), [&](const char* folder) {
    return ::access((folder + ("/" + program)).c_str(), X_OK) == 0;
  });
}

uid_t DefaultUser(const ImageProgram& program) {
  if (program.user) return static_cast<uid_t>(*program.user);
  switch (program.role) {
    case ImageProgram::Role::kInit:
      return 0;
    case ImageProgram::Role::kProxy:
      return privilege::kProxyId;
    default:
      return privilege::kAppId;
  }
}

}  // namespace

Container::Container(const PodParts& pod, const ContainerSpec& spec, Kind kind,
                     std::function<void()> on_change)
    : pod_(pod), spec_(spec), kind_(kind), on_change_(std::move(on_change)) {
  view_.restartable_init = kind == Kind::kNativeSidecar;
  view_.reason = "ContainerCreating";
  program_ = pod_.host.images.Find(spec_.image, spec_.args);
}

Container::~Container() {
  EndProbes();
  pod_.host.loop.Cancel(restart_timer_);
  pod_.host.loop.Cancel(kill_timer_);
  if (pid_ > 0) {
    pod_.host.reaper.Forget(pid_);
    ::kill(pid_, SIGKILL);
  }
}

bool Container::lets_next_start() const {
  if (kind_ == Kind::kNativeSidecar)
    return view_.state == ContainerView::State::kRunning && view_.started;
  return view_.state == ContainerView::State::kTerminated && view_.reason == "Completed";
}

void Container::SetWaitingReason(std::string reason) {
  if (!was_started_ && view_.state == ContainerView::State::kWaiting)
    view_.reason = std::move(reason);
}

bool Container::FindProgram() {
  if (program_) return true;
  if (spec_.command.empty() || !CanRun(spec_.command.front())) {
    Fail("ImagePullBackOff",
         fmt::format("image {}: no program is known for it; add it to images.yaml beside the "
                     "input: images: [{{name: \"{}\", command: [...]}}]",
                     spec_.image, spec_.image));
    return false;
  }
  program_ = ImageProgram{};
  return true;
}

void Container::Start() {
  restart_timer_ = 0;
  was_started_ = true;
  if (stopping_ || pid_ > 0 || !FindProgram()) return;
  auto process = BuildProcess();
  if (!process.ok())
    return Fail("CreateContainerConfigError", std::string(process.status().message()));
  process_ = *std::move(process);
  std::error_code error;
  std::filesystem::remove_all(process_.layer,
                              error);  // a restarted container finds its image as it was
  const UniqueFd log(::open(fmt::format("{}/{}.log", pod_.logs, spec_.name).c_str(),
                            O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644));
  process_.log = log.get();
  const auto pid = StartContainer(pod_.sandbox, process_);
  process_.log = -1;
  started_at_ = PollLoop::Clock::now();
  if (!pid.ok()) {
    const std::string message(pid.status().message());
    if (crashes_ == 0)
      pod_.host.say(
          fmt::format("{}: container {}: {}", pod_.where(spec_.name), spec_.name, message));
    (void)!::write(log.get(), (message + "\n").data(), message.size() + 1);
    view_.state = ContainerView::State::kTerminated;
    view_.reason = "StartError";
    return StartAgain(false);
  }
  pid_ = *pid;
  pod_.host.reaper.Expect(pid_, [this](int status) { OnExit(status); });
  OnRunning();
}

void Container::Fail(std::string reason, const std::string& message) {
  view_.state = ContainerView::State::kWaiting;
  view_.reason = std::move(reason);
  pod_.host.say(fmt::format("{}: container {}: {}", pod_.where(spec_.name), spec_.name, message));
  on_change_();
}

absl::StatusOr<ProcessSpec> Container::BuildProcess() {
  ProcessSpec process;
  EnvSources sources{
      pod_.spec, spec_,         pod_.address.ToString(),        kNodeAddress.ToString(),
      {},        program_->env, pod_.host.data_of(pod_.spec.ns)};
  if (pod_.spec.service_links)
    sources.service_variables = pod_.host.service_variables(pod_.spec.ns);
  auto environment = ContainerEnvironment(sources);
  if (!environment.ok()) return environment.status();
  process.environment = *std::move(environment);
  if (is_proxy()) process.environment.push_back(fmt::format("OUTRIGGER_CONFIG={}", kConfigPath));
  std::map<std::string, std::string> known;
  for (const std::string& entry : process.environment)
    known[entry.substr(0, entry.find('='))] = entry.substr(entry.find('=') + 1);
  for (const std::string& argument : BuildArguments())
    process.argv.push_back(ExpandReferences(argument, known));
  if (!spec_.working_directory.empty()) process.working_directory = spec_.working_directory;
  const SecuritySpec& security = spec_.security;
  process.ids =
      privilege::ContainerIds(security.run_as_user, security.run_as_group, DefaultUser(*program_));
  const auto capabilities = ContainerCapabilities(security.add_capabilities,
                                                  security.drop_capabilities, security.privileged);
  if (!capabilities.ok()) return capabilities.status();
  process.capabilities = *capabilities;
  process.read_only_root = security.read_only_root;
  process.layer = fmt::format("{}/containers/{}", pod_.folder, spec_.name);
  process.mounts = BuildMounts();
  process.files = {
      {"/etc/hosts",
       fmt::format("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n{}\t{}\n",
                   pod_.address.ToString(), pod_.spec.hostname)},
      {"/etc/hostname", pod_.spec.hostname + "\n"},
      {"/etc/resolv.conf", fmt::format("nameserver {}\nsearch {}.svc.cluster.local "
                                       "svc.cluster.local cluster.local\noptions ndots:5\n",
                                       kDnsAddress.ToString(), pod_.spec.ns)},
      // A desktop's own file may send *.local names to multicast DNS, and so every cluster.local
      // name.
      {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"},
  };
  if (is_proxy()) {
    for (const AcceptSocket& socket : pod_.accept) process.inherited.push_back(socket.fd);
  }
  return process;
}

/// As Kubernetes: `command` replaces the image's entry point and its arguments, `args` the
/// arguments only.
std::vector<std::string> Container::BuildArguments() const {
  std::vector<std::string> out = spec_.command.empty() ? program_->command : spec_.command;
  const bool own_args = !spec_.args.empty() || !spec_.command.empty();
  const std::vector<std::string>& args = own_args ? spec_.args : program_->default_args;
  out.insert(out.end(), args.begin(), args.end());
  if (!is_proxy()) return out;
  int fd = 3;  // where StartContainer puts inherited sockets
  for (const AcceptSocket& socket : pod_.accept) {
    out.push_back("--accept");
    out.push_back(fmt::format("{}={}", socket.listener, fd++));
  }
  return out;
}

std::string Container::proxy_folder() const {
  for (const VolumeMount& mount : spec_.mounts) {
    const auto volume = pod_.volumes.find(mount.volume);
    if (mount.path == kProxyFolder && volume != pod_.volumes.end()) return volume->second;
  }
  return pod_.folder + "/proxy";
}

std::vector<BindMount> Container::BuildMounts() const {
  std::vector<BindMount> out = {{pod_.host.bin_dir, kContainerBinDir, true}};
  if (is_proxy()) out.push_back({proxy_folder(), kProxyFolder, false});
  for (const VolumeMount& mount : spec_.mounts) {
    const auto volume = pod_.volumes.find(mount.volume);
    if (volume == pod_.volumes.end() || (is_proxy() && mount.path == kProxyFolder)) continue;
    const std::string source =
        mount.sub_path.empty() ? volume->second : volume->second + "/" + mount.sub_path;
    out.push_back({source, mount.path, mount.read_only});
  }
  // A mount at /a must not hide one at /a/b.
  std::stable_sort(out.begin(), out.end(), [](const BindMount& a, const BindMount& b) {
    return a.target.size() < b.target.size();
  });
  return out;
}

void Container::OnRunning() {
  view_.state = ContainerView::State::kRunning;
  view_.reason.clear();
  view_.started = false;
  if (spec_.post_start) {
    hook_ = std::make_unique<ProbeAttempt>(
        pod_.host.loop, pod_.address, *spec_.post_start, std::chrono::milliseconds(kHookTimeout),
        ProbeTarget().run, [this](bool success) {
          if (!success) Kill(std::chrono::milliseconds(pod_.spec.grace_period));
        });
  }
  if (spec_.startup) {
    startup_ = std::make_unique<Prober>(
        ProbeTarget(), *spec_.startup, true, [this](Prober::Verdict verdict) {
          if (verdict == Prober::Verdict::kFailed)
            return Kill(std::chrono::milliseconds(pod_.spec.grace_period));
          startup_.reset();
          BeginProbes();
        });
    return on_change_();
  }
  BeginProbes();
}

Prober::Target Container::ProbeTarget() {
  return {pod_.host.loop, pod_.address,
          [this](const ExecCommand& command, std::function<void(bool)> done) {
            return RunInside(command, std::move(done));
          }};
}

void Container::BeginProbes() {
  view_.started = true;
  if (spec_.liveness) {
    liveness_ = std::make_unique<Prober>(
        ProbeTarget(), *spec_.liveness, false, [this](Prober::Verdict verdict) {
          if (verdict == Prober::Verdict::kFailed)
            Kill(std::chrono::milliseconds(pod_.spec.grace_period));
        });
  }
  if (!spec_.readiness) return BecomeReady(true);
  readiness_ = std::make_unique<Prober>(
      ProbeTarget(), *spec_.readiness, true,
      [this](Prober::Verdict verdict) { BecomeReady(verdict == Prober::Verdict::kPassed); });
  on_change_();
}

void Container::BecomeReady(bool ready) {
  view_.ready = ready && kind_ != Kind::kInit;
  was_ready_ = was_ready_ || view_.ready;
  on_change_();
}

void Container::EndProbes() {
  startup_.reset();
  readiness_.reset();
  liveness_.reset();
  hook_.reset();
  view_.ready = false;
  view_.started = false;
}

void Container::OnExit(int wait_status) {
  pid_ = 0;
  EndProbes();
  pod_.host.loop.Cancel(std::exchange(kill_timer_, 0));
  const bool success = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
  view_.state = ContainerView::State::kTerminated;
  view_.reason = success ? "Completed" : "Error";
  StartAgain(success);
}

bool Container::RestartsAfter(bool success) const {
  if (kind_ == Kind::kNativeSidecar) return true;
  if (pod_.spec.restart_policy == RestartPolicy::kNever) return false;
  if (kind_ == Kind::kInit || pod_.spec.restart_policy == RestartPolicy::kOnFailure)
    return !success;
  return true;
}

void Container::StartAgain(bool success) {
  if (stopping_ || !RestartsAfter(success)) return on_change_();
  if (PollLoop::Clock::now() - started_at_ > kForgiveAfter) crashes_ = 0;
  const auto delay = RestartDelay(crashes_++);
  on_change_();  // kubectl shows "Error" for a moment, then CrashLoopBackOff
  if (delay.count() > 0) {
    view_.state = ContainerView::State::kWaiting;
    view_.reason = "CrashLoopBackOff";
    on_change_();
  }
  restart_timer_ = pod_.host.loop.After(delay, [this] {
    ++view_.restarts;
    Start();
  });
}

void Container::Stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  pod_.host.loop.Cancel(std::exchange(restart_timer_, 0));
  if (pid_ == 0) return;
  if (!spec_.pre_stop) return Kill(grace);
  EndProbes();
  hook_ = std::make_unique<ProbeAttempt>(pod_.host.loop, pod_.address, *spec_.pre_stop, grace,
                                         ProbeTarget().run, [this, grace](bool) { Kill(grace); });
}

void Container::Kill(std::chrono::milliseconds grace) {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  if (kill_timer_ != 0) return;
  kill_timer_ = pod_.host.loop.After(grace, [this] {
    kill_timer_ = 0;
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  });
}

std::function<void()> Container::RunInside(const ExecCommand& command,
                                           std::function<void(bool)> done) {
  ProcessSpec process = process_;
  process.argv = command.command;
  process.inherited.clear();
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  process.log = null.get();
  PollLoop& loop = pod_.host.loop;
  Reaper& reaper = pod_.host.reaper;
  const auto pid = process.argv.empty()
                       ? absl::StatusOr<pid_t>(absl::InvalidArgumentError("no command"))
                       : StartInside(pid_, process);
  if (!pid.ok()) {
    const PollLoop::TimerId timer =
        loop.After(std::chrono::milliseconds(0), [done = std::move(done)] { done(false); });
    return [&loop, timer] { loop.Cancel(timer); };
  }
  reaper.Expect(*pid, [done = std::move(done)](int status) {
    done(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  });
  return [&reaper, child = *pid] {
    reaper.Forget(child);
    ::kill(child, SIGKILL);
  };
}

}  // namespace outrigger::local
