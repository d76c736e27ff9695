#include "local/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <ostream>
#include <utility>

#include "local/host_sockets.h"
#include "local/line_channel.h"
#include "local/node.h"
#include "local/pod_status.h"
#include "local/poll_loop.h"
#include "local/privilege.h"
#include "local/prometheus.h"
#include "local/reaper.h"
#include "local/reports.h"
#include "local/runtime_dir.h"
#include "local/unique_fd.h"

namespace outrigger::local {
namespace {

constexpr std::size_t kMaxQuestion = 4096;
constexpr std::size_t kMaxReport = 16 << 20;
constexpr std::chrono::seconds kDetachWait{
    60};  // then `up -d` says what does not run yet and leaves

std::string BinDir() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

/// Everything the machine's side holds open for a mesh.
struct Doors {
  UniqueFd control, gateway, prometheus_path, prometheus_port;
  std::string gateway_url, prometheus_socket, prometheus_url;
  std::string prometheus_program;
};

absl::StatusOr<Doors> OpenDoors(const UpOptions& options, const std::string& folder) {
  Doors doors;
  auto control = ListenOnPath(folder + "/control.sock");
  if (!control.ok()) return control.status();
  doors.control = *std::move(control);
  auto gateway = ListenOnLoopback(options.gateway_port, "--gateway-port");
  if (!gateway.ok()) return gateway.status();
  doors.gateway = std::move(gateway->first);
  doors.gateway_url = fmt::format("http://localhost:{}", gateway->second);
  auto program = FindPrometheus(options.prometheus);
  if (!program.ok()) return program.status();
  doors.prometheus_program = *std::move(program);
  if (doors.prometheus_program.empty()) return doors;
  doors.prometheus_socket = folder + "/prometheus.sock";
  auto path = ListenOnPath(doors.prometheus_socket);
  if (!path.ok()) return path.status();
  doors.prometheus_path = *std::move(path);
  if (options.prometheus_port < 0) return doors;
  auto port =
      ListenOnLoopback(static_cast<std::uint16_t>(options.prometheus_port), "--prometheus-port");
  if (!port.ok()) return port.status();
  doors.prometheus_port = std::move(port->first);
  doors.prometheus_url = fmt::format("http://localhost:{}", port->second);
  return doors;
}

/// Closes every descriptor of this process but the standard ones and `keep`.
void CloseAllBut(std::vector<int> keep) {
  std::sort(keep.begin(), keep.end());
  unsigned next = 3;
  for (const int fd : keep) {
    const auto number = static_cast<unsigned>(fd);
    if (number > next) ::syscall(SYS_close_range, next, number - 1, 0);
    next = std::max(next, number + 1);
  }
  ::syscall(SYS_close_range, next, ~0U, 0);
}

/// From here on what we print goes to a file: whoever waits for the end of our output is not to
/// wait for the mesh.
void PrintTo(const std::string& path) {
  const UniqueFd log(::open(path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644));
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(null.get(), STDIN_FILENO);
  ::dup2(log.get(), STDOUT_FILENO);
  ::dup2(log.get(), STDERR_FILENO);
}

/// Whether waiting longer is of no use.
bool IsStuck(const PodRow& row) {
  constexpr std::array<std::string_view, 5> kStuck = {
      "ImagePullBackOff", "CreateContainerConfigError", "CreatePodSandboxError", "CrashLoopBackOff",
      "Error"};
  return std::any_of(kStuck.begin(), kStuck.end(),
                     [&](std::string_view status) { return row.status.ends_with(status); });
}

class Supervisor {
 public:
  Supervisor(const UpOptions& options, RuntimeDir runtime, Doors doors, UniqueFd waiter,
             std::ostream& out, std::ostream& err)
      : options_(options),
        runtime_(std::move(runtime)),
        doors_(std::move(doors)),
        waiter_(std::move(waiter)),
        out_(out),
        err_(err) {}

  int Run();

 private:
  struct Client {
    std::unique_ptr<LineChannel> channel;
    bool ended = false;
    bool wants_end = false;  // asked for "down" and hears when it is done
  };

  absl::Status StartNode();
  [[noreturn]] void BecomeNode(UniqueFd channel);
  void OnReport(std::string_view line);
  void PrintChanges(const NodeReport& report);
  void ConsiderDone();
  void Announce();
  [[nodiscard]] MeshStatus Status() const;
  void LetGo(int code);
  void OnSignal();
  void AcceptClient();
  void OnQuestion(Client& client, std::string_view line);
  void StopNode();
  int Finish();

  const UpOptions& options_;
  RuntimeDir runtime_;
  Doors doors_;
  UniqueFd waiter_;  // the process that called `up -d` waits for our verdict here
  std::ostream& out_;
  std::ostream& err_;
  PollLoop loop_;
  UniqueFd signals_;
  pid_t node_ = 0;
  std::unique_ptr<LineChannel> channel_;
  std::list<Client> clients_;
  PodTable table_;
  std::map<std::pair<std::string, std::string>, PodRow> shown_;
  NodeReport last_;
  bool printed_header_ = false;
  bool announced_ = false;
  bool stopping_ = false;
};

int Supervisor::Run() {
  BlockSignals();
  if (const absl::Status started = StartNode(); !started.ok()) {
    err_ << "outrigger: " << started.message() << '\n';
    runtime_.Remove();
    return 1;
  }
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, number);
  signals_.Reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  loop_.Watch(signals_.get(), POLLIN, [this](short) { OnSignal(); });
  loop_.Watch(doors_.control.get(), POLLIN, [this](short) { AcceptClient(); });
  if (waiter_) {
    loop_.After(kDetachWait, [this] {
      if (!announced_) LetGo(1);
    });
  }
  loop_.Run();
  return Finish();
}

absl::Status Supervisor::StartNode() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return absl::ErrnoToStatus(errno, "cannot make a socket pair");
  UniqueFd ours(pair[0]);
  UniqueFd theirs(pair[1]);
  out_.flush();  // or both processes would print what is buffered
  err_.flush();
  node_ = static_cast<pid_t>(
      ::syscall(SYS_clone, static_cast<unsigned long>(privilege::NodeCloneFlags() | SIGCHLD),
                nullptr, nullptr, nullptr, 0UL));
  if (node_ < 0) return absl::ErrnoToStatus(errno, "cannot make the node's namespaces");
  if (node_ == 0) BecomeNode(std::move(theirs));
  channel_ = std::make_unique<LineChannel>(
      loop_, std::move(ours), kMaxReport, [this](std::string_view line) { OnReport(line); },
      [this] { loop_.Stop(); });
  return absl::OkStatus();
}

void Supervisor::BecomeNode(UniqueFd channel) {
  NodeOptions node;
  node.inputs = options_.inputs;
  node.default_namespace = options_.ns;
  node.inject_default_namespace = options_.inject;
  node.images_file = options_.images_file;
  node.bin_dir = BinDir();
  node.runtime_dir = runtime_.path();
  node.prometheus = doors_.prometheus_program;
  node.scrape_interval = options_.scrape_interval;
  node.gateway = std::move(doors_.gateway);
  node.channel = std::move(channel);
  std::vector<int> keep = {node.gateway.get(), node.channel.get()};
  for (UniqueFd* door : {&doors_.prometheus_path, &doors_.prometheus_port}) {
    if (!*door) continue;
    keep.push_back(door->get());
    node.prometheus_doors.push_back(std::move(*door));
  }
  CloseAllBut(std::move(keep));
  PrintTo(runtime_.path() + "/node.log");
  std::_Exit(RunNode(std::move(node)));
}

void Supervisor::OnReport(std::string_view line) {
  auto report = ParseNodeReport(line);
  if (!report) return;
  for (const std::string& text : report->lines) err_ << text << '\n';
  if (!report->fatal.empty()) err_ << "outrigger: " << report->fatal << '\n';
  err_.flush();
  PrintChanges(*report);
  last_ = *std::move(report);
  // Nobody answers there: better refused than left hanging.
  if (last_.complete && !last_.has_gateway) doors_.gateway.Reset();
  ConsiderDone();
}

void Supervisor::PrintChanges(const NodeReport& report) {
  if (report.pods.empty()) return;
  table_.Fit(report.pods);
  if (!std::exchange(printed_header_, true)) out_ << table_.Header();
  for (const PodRow& row : report.pods) {
    PodRow& shown = shown_[{row.ns, row.name}];
    if (shown == row) continue;
    shown = row;
    out_ << table_.Line(row, std::time(nullptr));
  }
  out_.flush();
}

void Supervisor::ConsiderDone() {
  if (announced_ || stopping_ || !last_.complete || last_.pods.empty()) return;
  const bool all = std::all_of(last_.pods.begin(), last_.pods.end(), IsSettled);
  const bool hopeless = std::all_of(last_.pods.begin(), last_.pods.end(), [](const PodRow& row) {
    return IsSettled(row) || IsStuck(row);
  });
  if (all) {
    Announce();
    LetGo(0);
  } else if (hopeless && waiter_) {
    LetGo(1);
  }
}

MeshStatus Supervisor::Status() const {
  MeshStatus status;
  status.name = options_.name;
  status.pods = last_.pods;
  status.complete = last_.complete;
  if (last_.has_gateway) status.gateway = doors_.gateway_url;
  if (last_.has_prometheus) {
    status.prometheus = doors_.prometheus_socket;
    status.prometheus_url = doors_.prometheus_url;
  }
  status.runtime_dir = runtime_.path();
  return status;
}

void Supervisor::Announce() {
  announced_ = true;
  out_ << '\n' << RenderPlaces(Status());
  out_.flush();
}

/// The end of the `-d` phase: the caller gets its verdict, and we go on alone.
void Supervisor::LetGo(int code) {
  if (!waiter_) return;
  announced_ = true;
  for (const PodRow& row : last_.pods) {
    if (!IsSettled(row))
      err_ << fmt::format("not running: {}/{}: {} ({}/{} ready); logs: {}\n", row.ns, row.name,
                          row.status, row.ready, row.total, row.logs);
  }
  err_.flush();
  out_.flush();
  ::setsid();  // not before: until now Ctrl-C meant us
  PrintTo(runtime_.path() + "/supervisor.log");
  const char verdict = static_cast<char>(code);
  (void)!::write(waiter_.get(), &verdict, 1);
  waiter_.Reset();
}

void Supervisor::OnSignal() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) > 0) StopNode();
}

/// Asks first; asked again, ends it at once.
void Supervisor::StopNode() {
  if (std::exchange(stopping_, true)) {
    ::kill(node_, SIGKILL);
  } else {
    channel_->Send("down");
  }
}

void Supervisor::AcceptClient() {
  UniqueFd socket(::accept4(doors_.control.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  clients_.remove_if([](const Client& client) { return client.ended; });
  Client& client = clients_.emplace_back();
  client.channel = std::make_unique<LineChannel>(
      loop_, std::move(socket), kMaxQuestion,
      [this, &client](std::string_view line) { OnQuestion(client, line); },
      [&client] { client.ended = true; });
}

void Supervisor::OnQuestion(Client& client, std::string_view line) {
  if (line == R"({"op":"status"})") {
    client.channel->Send(ToJson(Status()));
  } else if (line == R"({"op":"down"})") {
    client.wants_end = true;
    if (!stopping_) StopNode();
  } else {
    client.channel->Send(
        R"({"error":"the questions are {\"op\":\"status\"} and {\"op\":\"down\"}"})");
  }
}

int Supervisor::Finish() {
  int status = 0;
  // The node may have closed its end a moment before it ends; killing makes sure of it, and waiting
  // for the first process of a PID namespace waits for all of them.
  ::kill(node_, SIGKILL);
  while (::waitpid(node_, &status, 0) < 0 && errno == EINTR) {
  }
  runtime_.Remove();
  for (Client& client : clients_) {
    if (!client.wants_end) continue;
    client.channel->Send(R"({"ok":true})");
    client.channel->Flush();
  }
  if (stopping_) return 0;
  if (last_.fatal.empty())
    err_ << "outrigger: the node has ended unexpectedly, and the mesh with it\n";
  return 1;
}

/// @return In the new process: the descriptor for the verdict. In the old one: never; it ends with
/// the verdict.
UniqueFd GoOnInNewProcess(std::ostream& out, std::ostream& err) {
  std::array<int, 2> pipe{};
  out.flush();
  err.flush();
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    return UniqueFd(pipe[1]);
  }
  ::close(pipe[1]);
  char verdict = 1;
  ssize_t size = 0;
  do {
    size = ::read(pipe[0], &verdict, 1);
  } while (size < 0 && errno == EINTR);
  std::_Exit(size == 1 ? verdict : 1);  // no verdict: it has said why it ended
}

}  // namespace

int Up(const UpOptions& options, std::ostream& out, std::ostream& err) {
  absl::Status may = privilege::MayStart();
  if (!may.ok()) {
    err << "outrigger: " << may.message() << '\n';
    return 1;
  }
  UniqueFd waiter;
  if (options.detach) waiter = GoOnInNewProcess(out, err);
  auto runtime = RuntimeDir::Create(options.name);
  if (!runtime.ok()) {
    err << "outrigger: " << runtime.status().message() << '\n';
    return 1;
  }
  auto doors = OpenDoors(options, runtime->path());
  if (!doors.ok()) {
    err << "outrigger: " << doors.status().message() << '\n';
    runtime->Remove();
    return 1;
  }
  return Supervisor(options, *std::move(runtime), *std::move(doors), std::move(waiter), out, err)
      .Run();
}

}  // namespace outrigger::local
