#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "local/pod_host.h"

namespace outrigger::control {
struct Pod;
}

namespace outrigger::local {

/// One scrape target and the labels its series get.
struct ScrapeTarget {
  std::string address;  ///< host:port
  std::string path;
  std::string ns, pod, app, version;

  friend bool operator==(const ScrapeTarget&, const ScrapeTarget&) = default;
};

/// What is worth scraping: each proxy's 15090, and pods without a proxy that ask by the usual
/// prometheus.io annotations. An app behind a sidecar is not asked directly: the question would be
/// counted as traffic of the mesh.
std::vector<ScrapeTarget> ScrapeTargets(const std::vector<control::Pod>& pods);

/// Prometheus' file_sd format.
std::string RenderTargets(const std::vector<ScrapeTarget>& targets);
/// prometheus.yml that reads targets from `targets_file`.
std::string RenderPrometheusConfig(std::chrono::seconds interval, const std::string& targets_file);

/// Runs Prometheus inside the node, on 127.0.0.1:9090 there; relay.h makes it reachable.
class Prometheus {
 public:
  static constexpr std::uint16_t kPort = 9090;

  /// @param folder  Configuration and storage, on the machine.
  Prometheus(const PodHost& host, std::string program, std::string folder,
             std::chrono::seconds interval)
      : host_(host),
        program_(std::move(program)),
        folder_(std::move(folder)),
        interval_(interval) {}
  ~Prometheus();
  Prometheus(const Prometheus&) = delete;
  Prometheus& operator=(const Prometheus&) = delete;

  absl::Status Start();
  void SetTargets(const std::vector<ScrapeTarget>& targets);

 private:
  const PodHost& host_;
  std::string program_, folder_;
  std::chrono::seconds interval_;
  std::vector<ScrapeTarget> targets_;
  pid_t pid_ = 0;
};

/// The program to run: "auto" looks in PATH and gives "" when there is none, "off" gives "",
/// anything else is a path.
absl::StatusOr<std::string> FindPrometheus(const std::string& choice);

}  // namespace outrigger::local
