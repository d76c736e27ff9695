#include "local/pod_status.h"

#include <fmt/format.h>

#include <algorithm>

namespace outrigger::local {
namespace {

using State = ContainerView::State;

/// @return false when an init container still has the word; `row` then has its status.
bool JudgeInit(const PodView& view, PodRow& row) {
  for (std::size_t i = 0; i < view.init_containers.size(); ++i) {
    const ContainerView& container = view.init_containers[i];
    if (container.restartable_init && container.started && container.state == State::kRunning)
      continue;
    if (container.state == State::kTerminated && container.reason == "Completed") continue;
    const bool says_something = container.state != State::kRunning && !container.reason.empty() &&
                                container.reason != "PodInitializing";
    row.status = says_something ? "Init:" + container.reason
                                : fmt::format("Init:{}/{}", i, view.init_containers.size());
    return false;
  }
  return true;
}

bool SaysOnlyThatItWaits(const ContainerView& container) {
  return container.reason == "PodInitializing" || container.reason == "ContainerCreating";
}

void JudgeContainers(const PodView& view, PodRow& row) {
  bool running = false;
  std::string waiting, problem;
  // From the last to the first: of several problems kubectl shows that of the first container. An
  // app that waits for its proxy is not the problem when the proxy has one.
  for (auto it = view.containers.rbegin(); it != view.containers.rend(); ++it) {
    if (it->state == State::kRunning) {
      running = true;
    } else if (SaysOnlyThatItWaits(*it)) {
      waiting = it->reason;
    } else if (!it->reason.empty()) {
      problem = it->reason;
    }
  }
  if (problem == "Completed" && running) {
    row.status = row.ready > 0 ? "Running" : "NotReady";
  } else if (!problem.empty()) {
    row.status = problem;
  } else if (!waiting.empty()) {
    row.status = waiting;
  } else {
    row.status = running ? "Running" : "Pending";
  }
}

}  // namespace

void Judge(const PodView& view, PodRow& row) {
  row.total = static_cast<int>(view.containers.size());
  row.ready = 0;
  row.restarts = 0;
  for (const ContainerView& container : view.init_containers) {
    row.restarts += container.restarts;
    if (!container.restartable_init) continue;
    ++row.total;
    if (container.ready) ++row.ready;
  }
  for (const ContainerView& container : view.containers) {
    row.restarts += container.restarts;
    if (container.ready) ++row.ready;
  }
  if (JudgeInit(view, row)) JudgeContainers(view, row);
  if (view.terminating) row.status = "Terminating";
}

bool IsSettled(const PodRow& row) {
  return row.status == "Completed" || (row.status == "Running" && row.ready == row.total);
}

std::chrono::seconds RestartDelay(int restarts) {
  constexpr std::chrono::seconds kLongest{300};
  if (restarts <= 0) return std::chrono::seconds(0);
  return std::min(kLongest, std::chrono::seconds(10) * (1 << std::min(restarts - 1, 5)));
}

std::string AgeText(std::chrono::seconds age) {
  const auto seconds = std::max<std::int64_t>(0, age.count());
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (minutes < 10)
    return seconds % 60 == 0 ? fmt::format("{}m", minutes)
                             : fmt::format("{}m{}s", minutes, seconds % 60);
  if (hours < 3) return fmt::format("{}m", minutes);
  if (hours < 8)
    return minutes % 60 == 0 ? fmt::format("{}h", hours)
                             : fmt::format("{}h{}m", hours, minutes % 60);
  return hours < 48 ? fmt::format("{}h", hours) : fmt::format("{}d", hours / 24);
}

std::string PodTable::Header() {
  return fmt::format("{:<{}}{:<{}}{:<8}{:<{}}{:<11}{}\n", "NAMESPACE", ns_width_, "NAME",
                     name_width_, "READY", "STATUS", status_width_, "RESTARTS", "AGE");
}

std::string PodTable::Line(const PodRow& row, std::int64_t now) {
  Fit({row});
  return fmt::format("{:<{}}{:<{}}{:<8}{:<{}}{:<11}{}\n", row.ns, ns_width_, row.name, name_width_,
                     fmt::format("{}/{}", row.ready, row.total), row.status, status_width_,
                     row.restarts, AgeText(std::chrono::seconds(now - row.created)));
}

void PodTable::Fit(const std::vector<PodRow>& rows) {
  constexpr std::size_t kGap = 3;
  for (const PodRow& row : rows) {
    ns_width_ = std::max(ns_width_, row.ns.size() + kGap);
    name_width_ = std::max(name_width_, row.name.size() + kGap);
    status_width_ = std::max(status_width_, row.status.size() + kGap);
  }
}

}  // namespace outrigger::local
