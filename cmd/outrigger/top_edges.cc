#include "cmd/outrigger/top_edges.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

constexpr std::string_view kOwnLabels =
    "reporter, source_namespace, source_workload, destination_namespace, destination_workload, "
    "destination_service, protocol";
constexpr std::string_view kTcpLabels =
    "reporter, source_workload_namespace, source_workload, destination_workload_namespace, "
    "destination_workload, destination_service, connection_security_policy";

std::string Quantile(std::string_view quantile, std::string_view window) {
  return Cat("histogram_quantile(", quantile, ", sum by (le, ", kOwnLabels,
             ") (rate(outrigger_edge_request_duration_seconds_bucket[", window, "])))");
}

std::string TcpRate(std::string_view metric, std::string_view window) {
  return Cat("sum by (", kTcpLabels, ") (rate(", metric, "[", window, "]))");
}

std::string Versions(std::string_view side) {
  return Cat("count by (", side, "_workload_namespace, ", side, "_workload, ", side,
             "_version) (istio_requests_total)");
}

// Source namespace and workload, destination namespace and workload, service where needed,
// protocol.
using Key =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;

// What one reporter says about an edge.
struct Report {
  bool present = false;
  std::array<double, kCodeClasses.size()> classes{};
  std::optional<double> p50, p99;
  double connections = 0, sent = 0, received = 0;
};

struct Entry {
  Report source, destination;
  std::string service;
  bool plaintext = false, mutual_tls = false;
};

using Entries = std::map<Key, Entry>;

bool IsUnknown(std::string_view value) { return value.empty() || value == "unknown"; }

Key KeyOf(const Sample& sample, std::string_view ns, std::string_view protocol) {
  const auto text = [&](std::string_view label) { return std::string(sample.Get(label)); };
  const std::string destination = text("destination_workload");
  const std::string service = IsUnknown(destination) ? text("destination_service") : std::string();
  return {text(Cat("source_", ns)),
          text("source_workload"),
          text(Cat("destination_", ns)),
          destination,
          service,
          std::string(protocol)};
}

Report& ReportOf(const Sample& sample, Entry& entry) {
  Report& report = sample.Get("reporter") == "source" ? entry.source : entry.destination;
  report.present = true;
  if (!IsUnknown(sample.Get("destination_service")))
    entry.service = sample.Get("destination_service");
  return report;
}

void NoteSecurity(std::string_view security, Entry& entry) {
  if (security == "mutual_tls") entry.mutual_tls = true;
  if (security == "none") entry.plaintext = true;
}

std::size_t ClassIndex(std::string_view code_class) {
  const auto found = std::find(kCodeClasses.begin(), kCodeClasses.end(), code_class);
  return found == kCodeClasses.end() ? 0 : static_cast<std::size_t>(found - kCodeClasses.begin());
}

void AddRequests(const std::vector<Sample>& samples, Entries* entries) {
  for (const Sample& sample : samples) {
    Entry& entry = (*entries)[KeyOf(sample, "namespace", sample.Get("protocol"))];
    ReportOf(sample, entry).classes[ClassIndex(sample.Get("code_class"))] += sample.value;
    if (sample.value > 0) NoteSecurity(sample.Get("security"), entry);
  }
}

// Several services in front of one workload give one row: the slowest stands for it.
void AddQuantile(const std::vector<Sample>& samples, std::optional<double> Report::*field,
                 Entries* entries) {
  for (const Sample& sample : samples) {
    Entry& entry = (*entries)[KeyOf(sample, "namespace", sample.Get("protocol"))];
    std::optional<double>& quantile = ReportOf(sample, entry).*field;
    quantile = std::max(quantile.value_or(0), sample.value);
  }
}

void AddTcp(const std::vector<Sample>& samples, double Report::*field, Entries* entries) {
  for (const Sample& sample : samples) {
    Entry& entry = (*entries)[KeyOf(sample, "workload_namespace", "tcp")];
    ReportOf(sample, entry).*field += sample.value;
    NoteSecurity(sample.Get("connection_security_policy"), entry);
  }
}

using VersionMap = std::map<std::pair<std::string, std::string>, std::string>;

void AddVersions(const std::vector<Sample>& samples, std::string_view side, VersionMap* versions) {
  for (const Sample& sample : samples) {
    const std::string_view version = sample.Get(Cat(side, "_version"));
    if (IsUnknown(version)) continue;
    (*versions)[{std::string(sample.Get(Cat(side, "_workload_namespace"))),
                 std::string(sample.Get(Cat(side, "_workload")))}] = version;
  }
}

Lock LockOf(const Entry& entry) {
  if (entry.mutual_tls) return entry.plaintext ? Lock::kMixed : Lock::kMutualTls;
  return entry.plaintext ? Lock::kPlaintext : Lock::kUnknown;
}

MeshWorkload Workload(const std::string& ns, const std::string& name, const VersionMap& versions) {
  const auto found = versions.find({ns, name});
  return {ns, name, found == versions.end() ? std::string() : found->second};
}

MeshEdge ToEdge(const Key& key, const Entry& entry, const Report& report,
                const VersionMap& versions) {
  const auto& [source_ns, source, destination_ns, destination, service, protocol] = key;
  MeshEdge edge;
  edge.source = Workload(source_ns, source, versions);
  edge.destination = Workload(destination_ns, destination, versions);
  edge.service = entry.service;
  edge.protocol = protocol;
  edge.lock = LockOf(entry);
  edge.seen_by_source = entry.source.present;
  edge.seen_by_destination = entry.destination.present;
  edge.classes = report.classes;
  for (const double rate : report.classes) edge.requests += rate;
  edge.p50_seconds = report.p50;
  edge.p99_seconds = report.p99;
  edge.connections = report.connections;
  edge.sent_bytes = report.sent;
  edge.received_bytes = report.received;
  return edge;
}

using WorkloadName = std::pair<std::string, std::string>;  // namespace, name

WorkloadName NameOf(const MeshWorkload& workload) { return {workload.ns, workload.name}; }

// How many calls each workload is away from one that nobody calls. Rings without a way in come
// last.
std::map<WorkloadName, int> CallDepths(const std::vector<MeshEdge>& edges) {
  std::map<WorkloadName, int> depths;
  std::set<WorkloadName> called;
  for (const MeshEdge& edge : edges) called.insert(NameOf(edge.destination));
  for (const MeshEdge& edge : edges) {
    if (!called.contains(NameOf(edge.source))) depths[NameOf(edge.source)] = 0;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const MeshEdge& edge : edges) {
      const auto source = depths.find(NameOf(edge.source));
      if (source == depths.end() || depths.contains(NameOf(edge.destination))) continue;
      depths[NameOf(edge.destination)] = source->second + 1;
      changed = true;
    }
  }
  return depths;
}

void SortByCalls(std::vector<MeshEdge>* edges) {
  const std::map<WorkloadName, int> depths = CallDepths(*edges);
  const auto depth = [&](const MeshEdge& edge) {
    const auto found = depths.find(NameOf(edge.source));
    return found == depths.end() ? std::numeric_limits<int>::max() : found->second;
  };
  std::stable_sort(edges->begin(), edges->end(),
                   [&](const MeshEdge& a, const MeshEdge& b) { return depth(a) < depth(b); });
}

}  // namespace

std::vector<TopQuestion> TopQuestions(std::chrono::seconds window) {
  const std::string w = Cat(window.count(), "s");
  return {
      {Cat("sum by (", kOwnLabels, ", security, code_class) (rate(outrigger_edge_requests_total[",
           w, "]))"),
       &TopAnswers::requests},
      {Quantile("0.5", w), &TopAnswers::p50},
      {Quantile("0.99", w), &TopAnswers::p99},
      {TcpRate("istio_tcp_connections_opened_total", w), &TopAnswers::tcp_opened},
      {TcpRate("istio_tcp_sent_bytes_total", w), &TopAnswers::tcp_sent},
      {TcpRate("istio_tcp_received_bytes_total", w), &TopAnswers::tcp_received},
      {Versions("source"), &TopAnswers::sources},
      {Versions("destination"), &TopAnswers::destinations},
  };
}

std::vector<MeshEdge> BuildEdges(const TopAnswers& answers, ReporterChoice choice) {
  Entries entries;
  AddRequests(answers.requests, &entries);
  AddQuantile(answers.p50, &Report::p50, &entries);
  AddQuantile(answers.p99, &Report::p99, &entries);
  AddTcp(answers.tcp_opened, &Report::connections, &entries);
  AddTcp(answers.tcp_sent, &Report::sent, &entries);
  AddTcp(answers.tcp_received, &Report::received, &entries);
  VersionMap versions;
  AddVersions(answers.sources, "source", &versions);
  AddVersions(answers.destinations, "destination", &versions);
  std::vector<MeshEdge> edges;
  for (const auto& [key, entry] : entries) {
    const bool from_source = choice == ReporterChoice::kSource ||
                             (choice == ReporterChoice::kBoth && entry.source.present);
    const Report& report = from_source ? entry.source : entry.destination;
    if (report.present) edges.push_back(ToEdge(key, entry, report, versions));
  }
  SortByCalls(&edges);
  return edges;
}

}  // namespace outrigger::cli
