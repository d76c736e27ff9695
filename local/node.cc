#include "local/node.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <utility>

#include "api/outrigger/v1/config.pb.h"
#include "control/compiler.h"
#include "control/directory_source.h"
#include "control/registry.h"
#include "interception/script.h"
#include "local/dns_server.h"
#include "local/image_map.h"
#include "local/line_channel.h"
#include "local/node_network.h"
#include "local/pod.h"
#include "local/process.h"
#include "local/prometheus.h"
#include "local/relay.h"
#include "local/reports.h"
#include "local/service_table.h"
#include "local/workload_plan.h"
#include "proxy/config/read.h"

namespace outrigger::local {
namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t kDnsPort = 53;
constexpr milliseconds kInputPause{50};     // an editor writes a file in several steps
constexpr milliseconds kRefreshPause{5};    // pods become ready in groups
constexpr milliseconds kStopGrace{3000};    // "down" waits this long for apps that do not go
constexpr milliseconds kLeaveAtMost{2000};  // for proxies to hear that a pod leaves
constexpr std::size_t kMaxLine = 1 << 20;

/// Furnishes the namespaces this process was born into.
absl::Status SetUpMachine(const std::string& memory_dir) {
  ::setsid();  // Ctrl-C at the supervisor's terminal is the supervisor's business
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto mount = [](const char* source, const char* target, const char* type,
                        unsigned long flags, const char* options) {
    return ::mount(source, target, type, flags, options) == 0;
  };
  if (!mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
    return absl::ErrnoToStatus(errno, "cannot make the mounts private");
  if (!mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr))
    return absl::ErrnoToStatus(errno, "cannot mount /proc");
  if (!mount("tmpfs", memory_dir.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")) {
    return absl::ErrnoToStatus(errno, "cannot mount a memory file system at " + memory_dir);
  }
  if (::sethostname("outrigger", 9) != 0)
    return absl::ErrnoToStatus(errno, "cannot set the host name");
  return NodeNetwork::SetUp();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// images.yaml in a folder of the input, or beside one of its files; empty when there is none.
std::string FindImagesFile(const std::vector<std::string>& inputs) {
  std::error_code error;
  for (const std::string& input : inputs) {
    const std::filesystem::path path(input);
    const std::filesystem::path folder =
        std::filesystem::is_directory(path, error) ? path : path.parent_path();
    const std::filesystem::path file = folder / "images.yaml";
    if (std::filesystem::is_regular_file(file, error)) return file.string();
  }
  return {};
}

bool IsImagesFile(const std::string& path) {
  return std::filesystem::path(path).filename() == "images.yaml";
}

/// The node's one object: what should run (the store), what runs (the pods), and what follows from
/// both.
class Node {
 public:
  explicit Node(NodeOptions options)
      : options_(std::move(options)),
        reaper_(loop_),
        images_(kContainerBinDir),
        host_{loop_,
              reaper_,
              images_,
              options_.bin_dir,
              options_.runtime_dir + "/node/pods",
              options_.runtime_dir + "/logs",
              [this](const std::string& ns) { return service_variables_[ns]; },
              [this](const std::string& ns) { return DataOf(ns); },
              [this](std::string line) { Say(std::move(line)); }},
        source_(options_.inputs, options_.default_namespace),
        dns_(loop_, [this](Ipv4 address) { return NamespaceOfPod(address); }),
        relay_(loop_, Ipv4::Of(127, 0, 0, 1), Prometheus::kPort) {}

  int Run();

 private:
  struct Running {
    PodPlan plan;
    std::unique_ptr<Pod> pod;
  };
  using PodKey = std::pair<std::string, std::string>;

  absl::Status Begin();
  absl::Status ReadImages();
  absl::Status StartPrometheus();
  void LoadInputs();
  void AddIngressGateway();
  void ReadConfigMaps();
  void Reconcile();
  void Create(PodPlan plan);
  void StartNext();
  void RemoveOld(const std::map<PodKey, PodPlan>& wanted);
  void StopLeaving();
  [[nodiscard]] bool Settled() const;
  void OnPodChange(const PodKey& key);
  void RefreshSoon();
  void Refresh();
  void Stop();
  void Say(std::string line);
  void SayOnce(const std::string& line);
  void ReportSoon();
  void SendReport();
  FindData DataOf(const std::string& ns);
  std::string NamespaceOfPod(Ipv4 address) const;
  std::vector<AcceptSocket> AcceptSocketsOf(const PodPlan& plan) const;

  NodeOptions options_;
  PollLoop loop_;
  Reaper reaper_;
  std::unique_ptr<LineChannel> channel_;
  ImageMap images_;
  PodHost host_;
  control::DirectorySource source_;
  control::Store store_;  // the source's, and what we add to it
  std::map<std::string, std::map<std::string, std::string>> config_maps_;        // by ns/name
  std::map<std::string, std::map<std::string, std::string>> service_variables_;  // by namespace
  AddressPool addresses_;
  std::map<PodKey, Running> pods_;
  std::vector<PodKey> to_start_;
  DnsServer dns_;
  Relay relay_;
  std::unique_ptr<Prometheus> prometheus_;
  std::string rules_;
  std::set<std::string> said_;
  NodeReport report_;
  bool began_ = false;
  bool stopping_ = false;
  PollLoop::TimerId input_timer_ = 0, reconcile_timer_ = 0, refresh_timer_ = 0, report_timer_ = 0;
};

int Node::Run() {
  channel_ = std::make_unique<LineChannel>(
      loop_, std::move(options_.channel), kMaxLine,
      [this](std::string_view line) {
        if (line == "down") Stop();
      },
      [this] { loop_.Stop(); });
  const absl::Status begun = Begin();
  if (begun.ok()) {
    loop_.Run();
  } else {
    report_.fatal = std::string(begun.message());
  }
  SendReport();
  channel_->Flush();
  // Nothing is cleaned up here: the end of this process is the cleaning.
  std::_Exit(begun.ok() ? 0 : 1);
}

absl::Status Node::Begin() {
  absl::Status done = SetUpMachine(options_.runtime_dir + "/node");
  if (done.ok()) done = reaper_.Start();
  if (done.ok()) done = dns_.Start(kDnsAddress, kDnsPort);
  if (done.ok()) done = ReadImages();
  if (done.ok()) done = StartPrometheus();
  if (!done.ok()) return done;
  LoadInputs();
  if (pods_.empty())
    return absl::NotFoundError("there is no Deployment and no Pod to run in the input");
  if (source_.fd() >= 0) {
    loop_.Watch(source_.fd(), POLLIN, [this](short) {
      if (!source_.Poll() || input_timer_ != 0) return;
      input_timer_ = loop_.After(kInputPause, [this] {
        input_timer_ = 0;
        source_.Poll();
        LoadInputs();
      });
    });
  }
  return absl::OkStatus();
}

absl::Status Node::ReadImages() {
  std::string path = options_.images_file;
  if (path.empty()) path = FindImagesFile(options_.inputs);
  if (path.empty()) return absl::OkStatus();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return absl::NotFoundError(fmt::format("--images: there is no file {}", path));
  return images_.Read(ReadFile(path), path);
}

absl::Status Node::StartPrometheus() {
  if (options_.prometheus.empty()) return absl::OkStatus();
  prometheus_ = std::make_unique<Prometheus>(
      host_, options_.prometheus, options_.runtime_dir + "/prometheus", options_.scrape_interval);
  absl::Status done = prometheus_->Start();
  if (!done.ok()) return done;
  report_.has_prometheus = true;
  for (UniqueFd& door : options_.prometheus_doors) relay_.Serve(std::move(door));
  return absl::OkStatus();
}

void Node::LoadInputs() {
  config::Problems problems;
  source_.Load(&problems);
  for (const config::Problem& problem : problems.items()) {
    if (!IsImagesFile(problem.file)) SayOnce(config::ToString(problem));
  }
  store_ = source_.store();
  AddIngressGateway();
  ReadConfigMaps();
  Reconcile();
}

void Node::AddIngressGateway() {
  if (!WantsIngressGateway(store_) ||
      store_.Find(control::Kind::kDeployment, "istio-system", "istio-ingressgateway") != nullptr)
    return;
  if (began_ && !report_.has_gateway) {
    return SayOnce(
        "a Gateway was added to a mesh that started without one: needs `outrigger down` and "
        "`outrigger up`");
  }
  report_.has_gateway = true;
  config::Problems none;
  store_.AddText(IngressGatewayManifests(), "(added by outrigger up)", &none);
}

void Node::ReadConfigMaps() {
  config_maps_.clear();
  for (const control::Resource* map : store_.All(control::Kind::kConfigMap)) {
    auto& data = config_maps_[map->key.ns + "/" + map->key.name];
    for (const auto& [key, value] : control::LabelsAt(map->document, "/data")) data[key] = value;
  }
}

FindData Node::DataOf(const std::string& ns) {
  return [this, ns](EnvVar::Source kind,
                    const std::string& name) -> const std::map<std::string, std::string>* {
    if (kind != EnvVar::Source::kConfigMap) return nullptr;
    const auto it = config_maps_.find(ns + "/" + name);
    return it == config_maps_.end() ? nullptr : &it->second;
  };
}

void Node::Reconcile() {
  if (stopping_) return;
  const std::string inject =
      options_.inject_default_namespace ? options_.default_namespace : std::string();
  std::map<PodKey, PodPlan> wanted;
  for (PodPlan& plan : PlanPods(store_, inject, [this](std::string line) { SayOnce(line); })) {
    PodKey key{plan.spec.ns, plan.spec.name};
    wanted.emplace(std::move(key), std::move(plan));
  }
  for (const auto& [key, plan] : wanted) {
    if (!pods_.contains(key)) Create(plan);
  }
  RemoveOld(wanted);
  began_ = true;
  Refresh();  // before the first container starts: proxies find their configuration, containers
              // their variables
  StartNext();
}

void Node::Create(PodPlan plan) {
  const PodKey key{plan.spec.ns, plan.spec.name};
  const auto address = addresses_.Take(key.second);
  if (!address.ok())
    return SayOnce(fmt::format("{}: {}", plan.where({}), std::string(address.status().message())));
  auto pod = std::make_unique<Pod>(host_, plan.spec, *address, AcceptSocketsOf(plan), plan.where,
                                   [this, key] { OnPodChange(key); });
  pods_.emplace(key, Running{std::move(plan), std::move(pod)});
  to_start_.push_back(key);
}

/// One pod per loop turn, so that the terminal shows what happens while it happens.
void Node::StartNext() {
  ReportSoon();
  if (to_start_.empty() || stopping_) return;
  const PodKey key = to_start_.front();
  to_start_.erase(to_start_.begin());
  if (const auto it = pods_.find(key); it != pods_.end() && !it->second.pod->stopping())
    it->second.pod->Start();
  loop_.After(milliseconds(0), [this] { StartNext(); });
}

/// Stops pods that are not wanted any more, or not in this form. Those of a workload that has new
/// pods wait until the new ones are ready, as a rolling update does.
void Node::RemoveOld(const std::map<PodKey, PodPlan>& wanted) {
  std::set<std::string> rolling;
  for (const auto& [key, plan] : wanted) {
    const auto it = pods_.find(key);
    if (it != pods_.end() && !it->second.pod->ready()) rolling.insert(plan.workload_key);
  }
  for (auto& [key, running] : pods_) {
    const auto it = wanted.find(key);
    const bool changed = it != wanted.end() && it->second.fingerprint != running.plan.fingerprint;
    const bool unwanted = it == wanted.end() && !rolling.contains(running.plan.workload_key);
    if ((!changed && !unwanted) || running.pod->leaving()) continue;
    running.pod->Leave();
    loop_.After(kLeaveAtMost, [this] { StopLeaving(); });
  }
}

/// Stops the pods that leave: when no proxy sends to them any more, or when one does not say so in
/// time.
void Node::StopLeaving() {
  for (auto& [key, running] : pods_) {
    if (running.pod->leaving() && !running.pod->stopping())
      running.pod->Stop(running.plan.spec.grace_period);
  }
}

/// Whether every proxy that runs has heard of the last change.
bool Node::Settled() const {
  return refresh_timer_ == 0 && std::all_of(pods_.begin(), pods_.end(), [](const auto& entry) {
           return entry.second.pod->current();
         });
}

void Node::OnPodChange(const PodKey& key) {
  const auto it = pods_.find(key);
  if (it == pods_.end()) return;
  ReportSoon();
  RefreshSoon();
  if (stopping_) {
    if (std::all_of(pods_.begin(), pods_.end(),
                    [](const auto& entry) { return entry.second.pod->gone(); }))
      loop_.Stop();
    return;
  }
  if (it->second.pod->gone()) {
    addresses_.Release(it->second.pod->address());
    pods_.erase(it);
    return Reconcile();
  }
  // A new pod that is ready may be what an old one waits for.
  if (it->second.pod->ready() && !to_start_.empty()) return;
  if (it->second.pod->ready()) {
    loop_.Cancel(reconcile_timer_);
    reconcile_timer_ = loop_.After(kInputPause, [this] {
      reconcile_timer_ = 0;
      Reconcile();
    });
  }
}

void Node::RefreshSoon() {
  if (refresh_timer_ != 0) return;
  refresh_timer_ = loop_.After(kRefreshPause, [this] {
    refresh_timer_ = 0;
    Refresh();
  });
}

/// Everything that follows from the objects and the pods: VIPs, names, proxy configurations, scrape
/// targets.
void Node::Refresh() {
  std::vector<control::Pod> pods;
  for (const auto& [key, running] : pods_) {
    if (running.pod->stopping() && running.pod->gone()) continue;
    pods.push_back(ToControlPod(running.plan, running.pod->address().ToString(),
                                running.pod->ready(), running.pod->has_proxy()));
  }
  control::MeshOptions mesh;
  mesh.service_addresses = AssignServiceAddresses(store_);
  const control::Registry registry(store_, pods, mesh);
  if (std::string rules = RenderServiceRules(registry); rules != rules_) {
    rules_ = std::move(rules);
    const absl::Status set = interception::RunScript(rules_);
    if (!set.ok()) SayOnce(fmt::format("Service addresses: {}", std::string(set.message())));
  }
  dns_.SetZone(ServiceZone(registry));
  for (const control::Pod& pod : pods)
    service_variables_[pod.ns] = ServiceVariables(registry, pod.ns);
  const control::CompileResult compiled = control::Compiler().Compile(store_, pods, mesh);
  for (const config::Problem& problem : compiled.problems.items())
    SayOnce(config::ToString(problem));
  for (const control::ProxyView& view : compiled.proxies) {
    const auto it = pods_.find({view.ns(), view.pod()});
    if (it == pods_.end() || it->second.pod->config_version() == view.version()) continue;
    it->second.pod->SetProxyConfig(view.version(), config::WriteConfigYaml(view.Config()));
  }
  if (prometheus_) prometheus_->SetTargets(ScrapeTargets(pods));
  if (Settled()) StopLeaving();
  ReportSoon();
}

std::string Node::NamespaceOfPod(Ipv4 address) const {
  for (const auto& [key, running] : pods_) {
    if (running.pod->address() == address) return key.first;
  }
  return {};
}

std::vector<AcceptSocket> Node::AcceptSocketsOf(const PodPlan& plan) const {
  const auto label = plan.spec.labels.find("istio");
  const bool is_gateway = label != plan.spec.labels.end() && label->second == "ingressgateway";
  const std::string listener = is_gateway ? GatewayListener(store_) : std::string();
  if (listener.empty() || !options_.gateway) return {};
  return {{listener, options_.gateway.get()}};
}

void Node::Stop() {
  if (stopping_) return;
  stopping_ = true;
  to_start_.clear();
  for (auto& [key, running] : pods_)
    running.pod->Stop(std::min(milliseconds(running.plan.spec.grace_period), kStopGrace));
  loop_.After(kStopGrace + milliseconds(500), [this] { loop_.Stop(); });
}

void Node::Say(std::string line) {
  report_.lines.push_back(std::move(line));
  ReportSoon();
}

void Node::SayOnce(const std::string& line) {
  if (said_.insert(line).second) Say(line);
}

void Node::ReportSoon() {
  if (report_timer_ != 0) return;
  report_timer_ = loop_.After(milliseconds(0), [this] {
    report_timer_ = 0;
    SendReport();
  });
}

void Node::SendReport() {
  report_.pods.clear();
  for (const auto& [key, running] : pods_) report_.pods.push_back(running.pod->row());
  // Not while somebody has yet to hear of the last change: a mesh that says it is up answers.
  report_.complete = began_ && to_start_.empty() && Settled();
  channel_->Send(ToJson(report_));
  report_.lines.clear();
}

}  // namespace

int RunNode(NodeOptions options) {
  BlockSignals();
  return Node(std::move(options)).Run();
}

}  // namespace outrigger::local
