#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outrigger::local {

/// One container as `kubectl get pods` would judge it.
struct ContainerView {
  enum class State { kWaiting, kRunning, kTerminated };
  State state = State::kWaiting;
  std::string reason;  ///< kWaiting: "PodInitializing", "CrashLoopBackOff", ...; kTerminated:
                       ///< "Completed", "Error", ...
  int restarts = 0;
  bool ready = false;
  bool started = false;           ///< its startup probe has passed
  bool restartable_init = false;  ///< a native sidecar
};

struct PodView {
  std::vector<ContainerView> init_containers, containers;
  bool terminating = false;
};

/// The columns of `kubectl get pods` for one pod.
struct PodRow {
  std::string ns, name, status;
  int ready = 0;
  int total = 0;
  int restarts = 0;
  std::int64_t created = 0;  ///< seconds since 1970
  std::string address;
  std::string logs;  ///< folder with one file per container

  friend bool operator==(const PodRow&, const PodRow&) = default;
};

/// Fills READY, STATUS and RESTARTS by kubectl's rules: what the init containers are at, else the
/// first container with something to say, else Running.
void Judge(const PodView& view, PodRow& row);

/// True when nothing is missing: Running with all containers ready, or Completed.
bool IsSettled(const PodRow& row);

/// How long a container that ended stays down before it is started again: not at all the first
/// time, then 10 s, doubling up to 5 min, as the kubelet does.
std::chrono::seconds RestartDelay(int restarts);
/// After this long without a crash the count begins anew.
inline constexpr std::chrono::minutes kForgiveAfter{10};

/// An age as kubectl prints it: `7s`, `2m5s`, `12m`, `3h10m`, `2d`.
std::string AgeText(std::chrono::seconds age);

/// Lays out the rows under NAMESPACE NAME READY STATUS RESTARTS AGE. As `kubectl get pods -w` does,
/// columns keep their width from the first print on and only grow, so that lines printed later line
/// up.
class PodTable {
 public:
  std::string Header();
  std::string Line(const PodRow& row, std::int64_t now);
  /// Widens the columns for rows that are going to be printed.
  void Fit(const std::vector<PodRow>& rows);

 private:
  std::size_t ns_width_ = 14, name_width_ = 36, status_width_ = 18;
};

}  // namespace outrigger::local
