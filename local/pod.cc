#include "local/pod.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <utility>

#include "local/volumes.h"

namespace outrigger::local {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAskAgainAfter{20};  // a proxy waits some 50 ms for a file to come to rest

}  // namespace

Pod::Pod(const PodHost& host, PodSpec spec, Ipv4 address, std::vector<AcceptSocket> accept,
         std::function<std::string(const std::string&)> where, std::function<void()> on_change)
    : parts_{host, std::move(spec), address, {}, {}, {}, {}, std::move(accept), std::move(where)},
      on_change_(std::move(on_change)),
      created_(std::time(nullptr)) {
  const std::string name = fmt::format("{}_{}", parts_.spec.ns, parts_.spec.name);
  parts_.folder = fmt::format("{}/{}", host.pods_dir, name);
  parts_.logs = fmt::format("{}/{}", host.logs_dir, name);
  for (const ContainerSpec& container : parts_.spec.init_containers) {
    const auto kind =
        container.restart_always ? Container::Kind::kNativeSidecar : Container::Kind::kInit;
    init_.push_back(std::make_unique<Container>(parts_, container, kind, [this] { NoteChange(); }));
    init_.back()->SetWaitingReason("PodInitializing");
  }
  for (const ContainerSpec& container : parts_.spec.containers) {
    main_.push_back(std::make_unique<Container>(parts_, container, Container::Kind::kMain,
                                                [this] { NoteChange(); }));
    if (!init_.empty()) main_.back()->SetWaitingReason("PodInitializing");
  }
}

Pod::~Pod() {
  parts_.host.loop.Cancel(change_timer_);
  parts_.host.loop.Cancel(query_timer_);
  query_.reset();
  init_.clear();
  main_.clear();
  if (parts_.sandbox.network) NodeNetwork::RemovePod(parts_.address);
  std::error_code error;
  std::filesystem::remove_all(parts_.folder, error);
}

EnvSources Pod::Sources() const {
  return {parts_.spec,
          parts_.spec.containers.front(),
          parts_.address.ToString(),
          kNodeAddress.ToString(),
          {},
          {},
          parts_.host.data_of(parts_.spec.ns)};
}

void Pod::Start() {
  std::error_code error;
  std::filesystem::create_directories(parts_.logs, error);
  auto volumes = MakeVolumes(Sources(), parts_.folder + "/volumes");
  absl::Status done = volumes.status();
  if (done.ok()) {
    parts_.volumes = *std::move(volumes);
    auto sandbox = NodeNetwork::AddPod(parts_.spec.hostname, parts_.address, parts_.spec.sysctls);
    done = sandbox.status();
    if (done.ok()) parts_.sandbox = *std::move(sandbox);
  }
  if (!done.ok()) {
    problem_ = absl::IsNotFound(done) || absl::IsInvalidArgument(done)
                   ? "CreateContainerConfigError"
                   : "CreatePodSandboxError";
    parts_.host.say(fmt::format("{}: {}", parts_.where({}), std::string(done.message())));
    return NoteChange();
  }
  WriteConfig();
  Advance();
  NoteChange();
}

void Pod::SetProxyConfig(const std::string& version, const std::string& yaml) {
  if (proxy() == nullptr || version == wanted_version_) return;
  wanted_version_ = version;
  config_ = yaml;
  WriteConfig();
  CheckConfig();
}

void Pod::WriteConfig() {
  const Container* container = proxy();
  if (container == nullptr || !parts_.sandbox.network) return;  // Start comes here again
  const absl::Status done =
      WriteFileAtomically(container->proxy_folder() + "/outrigger.yaml", config_);
  if (!done.ok())
    parts_.host.say(
        fmt::format("{}: {}", parts_.where(container->spec().name), std::string(done.message())));
}

bool Pod::current() const {
  const Container* container = proxy();
  return container == nullptr || !container->view().ready || taken_version_ == wanted_version_;
}

/// Asks the proxy which version it has, until it is the one it was given.
void Pod::CheckConfig() {
  if (current() || stopping_ || query_ || query_timer_ != 0) return;
  query_ =
      std::make_unique<AdminQuery>(parts_.host.loop, parts_.sandbox.network.get(), "/config_dump",
                                   [this](const std::string& answer) { OnConfigDump(answer); });
}

void Pod::OnConfigDump(const std::string& answer) {
  if (answer.find(wanted_version_) != std::string::npos) taken_version_ = wanted_version_;
  query_timer_ = parts_.host.loop.After(current() ? milliseconds(0) : kAskAgainAfter, [this] {
    query_timer_ = 0;
    query_.reset();
    if (!current()) return CheckConfig();
    NoteChange();
  });
}

/// Changes are gathered within a loop turn, so that a container may report from wherever it is.
void Pod::NoteChange() {
  if (change_timer_ != 0) return;
  change_timer_ = parts_.host.loop.After(milliseconds(0), [this] {
    change_timer_ = 0;
    if (stopping_) {
      StopSidecars();
    } else if (problem_.empty()) {
      Advance();
    }
    CheckConfig();
    const auto tell = on_change_;  // it may destroy us
    tell();
  });
}

/// @return true when every init container lets the next start.
bool Pod::AdvanceInit() {
  for (const auto& container : init_) {
    if (container->waiting_for_first_start()) container->Start();
    if (!container->lets_next_start()) {
      // A native sidecar that crashed later does not hold anybody up who runs already.
      const bool beyond = container->kind() == Container::Kind::kNativeSidecar &&
                          !main_.front()->waiting_for_first_start();
      if (!beyond) return false;
    }
  }
  return true;
}

void Pod::Advance() {
  if (!AdvanceInit()) return;
  const auto is_held = [](const auto& container) { return !container->is_proxy(); };
  const auto sidecar = std::find_if(main_.begin(), main_.end(),
                                    [](const auto& container) { return container->is_proxy(); });
  if (sidecar != main_.end() && (*sidecar)->waiting_for_first_start()) (*sidecar)->Start();
  const bool hold = sidecar != main_.end() && !(*sidecar)->was_ready();
  for (const auto& container : main_) {
    if (container->waiting_for_first_start() && !(hold && is_held(container))) container->Start();
  }
}

void Pod::Leave() {
  leaving_ = true;
  NoteChange();
}

void Pod::Stop(milliseconds grace) {
  if (stopping_) return;
  leaving_ = true;
  stopping_ = true;
  stop_by_ = PollLoop::Clock::now() + grace;
  for (const auto& container : main_) container->Stop(grace);
  for (const auto& container : init_) {
    if (container->kind() == Container::Kind::kInit) container->Stop(grace);
  }
  NoteChange();
}

/// Native sidecars outlive what they serve.
void Pod::StopSidecars() {
  const bool served = std::any_of(main_.begin(), main_.end(),
                                  [](const auto& container) { return container->running(); });
  if (served) return;
  const auto left = std::chrono::duration_cast<milliseconds>(stop_by_ - PollLoop::Clock::now());
  for (const auto& container : init_) {
    if (container->kind() == Container::Kind::kNativeSidecar && container->running())
      container->Stop(std::max(left, milliseconds(0)));
  }
}

bool Pod::gone() const {
  const auto ended = [](const auto& container) { return !container->running(); };
  return stopping_ && std::all_of(init_.begin(), init_.end(), ended) &&
         std::all_of(main_.begin(), main_.end(), ended);
}

const Container* Pod::proxy() const {
  for (const auto* list : {&main_, &init_}) {
    for (const auto& container : *list) {
      if (container->is_proxy()) return container.get();
    }
  }
  return nullptr;
}

PodView Pod::View() const {
  PodView view;
  for (const auto& container : init_) view.init_containers.push_back(container->view());
  for (const auto& container : main_) view.containers.push_back(container->view());
  view.terminating = leaving_;
  return view;
}

PodRow Pod::row() const {
  PodRow row;
  row.ns = parts_.spec.ns;
  row.name = parts_.spec.name;
  row.created = created_;
  row.address = parts_.address.ToString();
  row.logs = parts_.logs;
  Judge(View(), row);
  if (!problem_.empty() && !leaving_) row.status = problem_;
  return row;
}

bool Pod::ready() const {
  if (leaving_ || !problem_.empty()) return false;
  const PodRow judged = row();
  return judged.status == "Running" && judged.ready == judged.total;
}

}  // namespace outrigger::local
