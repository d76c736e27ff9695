#include "local/prometheus.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <filesystem>

#include "control/pod.h"
#include "local/process.h"
#include "local/volumes.h"

namespace outrigger::local {
namespace {

namespace json = boost::json;

constexpr uid_t kNobody = 65534;

std::string Find(const control::Labels& labels, std::string_view key) {
  const auto it = labels.find(key);
  return it == labels.end() ? std::string() : it->second;
}

ScrapeTarget TargetOf(const control::Pod& pod, std::string_view port, std::string path) {
  return {fmt::format("{}:{}", pod.addresses.front(), port),
          std::move(path),
          pod.ns,
          pod.name,
          Find(pod.labels, "app"),
          Find(pod.labels, "version")};
}

}  // namespace

std::vector<ScrapeTarget> ScrapeTargets(const std::vector<control::Pod>& pods) {
  std::vector<ScrapeTarget> out;
  for (const control::Pod& pod : pods) {
    if (pod.addresses.empty()) continue;
    if (pod.role != control::ProxyRole::kNone) {
      out.push_back(TargetOf(pod, "15090", "/stats/prometheus"));
    } else if (Find(pod.annotations, "prometheus.io/scrape") == "true") {
      const std::string port = Find(pod.annotations, "prometheus.io/port");
      const std::string path = Find(pod.annotations, "prometheus.io/path");
      out.push_back(TargetOf(pod, port.empty() ? "80" : port, path.empty() ? "/metrics" : path));
    }
  }
  return out;
}

std::string RenderTargets(const std::vector<ScrapeTarget>& targets) {
  json::array out;
  for (const ScrapeTarget& target : targets) {
    out.push_back(json::object{{"targets", json::array{target.address}},
                               {"labels", json::object{{"__metrics_path__", target.path},
                                                       {"namespace", target.ns},
                                                       {"pod", target.pod},
                                                       {"app", target.app},
                                                       {"version", target.version}}}});
  }
  return json::serialize(out);
}

std::string RenderPrometheusConfig(std::chrono::seconds interval, const std::string& targets_file) {
  const auto seconds = interval.count();
  return fmt::format(
      "global:\n  scrape_interval: {0}s\n  scrape_timeout: {0}s\n  evaluation_interval: {0}s\n"
      "scrape_configs:\n- job_name: kubernetes-pods\n  file_sd_configs:\n  - files: [{1}]\n    "
      "refresh_interval: 5s\n",
      seconds, json::serialize(json::string_view(targets_file)));
}

Prometheus::~Prometheus() {
  if (pid_ <= 0) return;
  host_.reaper.Forget(pid_);
  ::kill(pid_, SIGTERM);
}

absl::Status Prometheus::Start() {
  const std::string storage = folder_ + "/data";
  std::error_code error;
  std::filesystem::create_directories(storage, error);
  if (error || ::chown(storage.c_str(), kNobody, kNobody) != 0)
    return absl::InternalError("cannot make " + storage);
  const std::string targets_file = folder_ + "/targets.json";
  absl::Status done = WriteFileAtomically(targets_file, RenderTargets(targets_));
  if (done.ok())
    done = WriteFileAtomically(folder_ + "/prometheus.yml",
                               RenderPrometheusConfig(interval_, targets_file));
  if (!done.ok()) return done;
  const UniqueFd log(::open((folder_ + "/prometheus.log").c_str(),
                            O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644));
  ProcessSpec process;
  process.argv = {program_,
                  fmt::format("--config.file={}/prometheus.yml", folder_),
                  fmt::format("--storage.tsdb.path={}", storage),
                  fmt::format("--web.listen-address=127.0.0.1:{}", kPort),
                  "--storage.tsdb.retention.time=1d",
                  "--log.level=warn"};
  process.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/"};
  process.ids = {kNobody, kNobody};
  process.log = log.get();
  const auto pid = StartOnNode(process);
  if (!pid.ok()) return pid.status();
  pid_ = *pid;
  host_.reaper.Expect(pid_, [this](int) {
    pid_ = 0;
    host_.say(fmt::format("prometheus has ended; {}/prometheus.log says why", folder_));
  });
  return absl::OkStatus();
}

void Prometheus::SetTargets(const std::vector<ScrapeTarget>& targets) {
  if (targets == targets_) return;
  targets_ = targets;
  const absl::Status done = WriteFileAtomically(folder_ + "/targets.json", RenderTargets(targets_));
  if (!done.ok()) host_.say(std::string(done.message()));
}

absl::StatusOr<std::string> FindPrometheus(const std::string& choice) {
  if (choice == "off") return std::string();
  if (choice != "auto") {
    if (::access(choice.c_str(), X_OK) == 0) return choice;
    return absl::NotFoundError(fmt::format(
        "--prometheus={}: cannot be run; give auto, off or the path of the program", choice));
  }
  for (const char* path : {"/usr/bin/prometheus", "/usr/local/bin/prometheus"}) {
    if (::access(path, X_OK) == 0) return std::string(path);
  }
  return std::string();
}

}  // namespace outrigger::local
