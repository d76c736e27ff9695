#include "cmd/outrigger/analyze.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "control/compiler.h"
#include "control/directory_source.h"
#include "control/mesh_options.h"
#include "control/pod.h"
#include "control/report.h"
#include "control/store.h"
#include "injector/decide.h"
#include "injector/inject.h"
#include "injector/text.h"
#include "injector/workload.h"

namespace outrigger::cli {
namespace {

struct Flags {
  std::vector<std::string> paths;
  std::string default_namespace = "default";
  std::string failure_threshold = "Error";
};

/// What an installation brings and manifests refer to: the two gateways.
std::vector<control::Pod> InstalledGateways() {
  std::vector<control::Pod> pods;
  for (const std::string name : {"ingressgateway", "egressgateway"}) {
    control::Pod pod;
    pod.ns = "istio-system";
    pod.name = "istio-" + name;
    pod.labels = {{"app", "istio-" + name}, {"istio", name}};
    pod.workload = pod.name;
    pod.role = control::ProxyRole::kGateway;
    pods.push_back(pod);
  }
  return pods;
}

/// A cluster gives every Service an address; here any stand-in will do.
control::MeshOptions WithServiceAddresses(const control::Store& store) {
  control::MeshOptions options;
  std::size_t next = 1;
  for (const control::Resource* service : store.All(control::Kind::kService)) {
    options.service_addresses[service->key.ns + "/" + service->key.name] = {
        fmt::format("240.0.{}.{}", next / 256 % 256, next % 256)};
    ++next;
  }
  return options;
}

/// Workloads the injector would refuse.
void CheckInjection(const control::Store& store, config::Problems* problems) {
  for (const control::Kind kind : {control::Kind::kDeployment, control::Kind::kPod}) {
    for (const control::Resource* workload : store.All(kind)) {
      control::Report report(*workload, problems);
      if (!workload->document.root().is_object()) continue;
      boost::json::object object = workload->document.root().get_object();
      const auto found = injector::FindPodTemplate(object);
      if (!found.ok()) {
        report.Error({}, injector::MessageOf(found.status()));
        continue;
      }
      if (!found->has_value()) continue;
      injector::Namespace ns{workload->key.ns, {}};
      const control::Resource* known = store.Find(control::Kind::kNamespace, {}, workload->key.ns);
      if (known != nullptr) ns.labels = known->labels;
      // Labels of namespaces are often set by hand: what is not told is taken for a yes.
      const injector::Decision decision =
          known != nullptr ? injector::Decide(ns, *(*found)->pod, {})
                           : injector::AllowedByPolicy(*(*found)->pod, ns.name, {});
      if (!decision.inject) continue;
      const auto injected = injector::Inject(*(*found)->pod, {ns.name, (*found)->owner, {}}, {});
      if (!injected.ok()) report.Error({}, injector::MessageOf(injected.status()));
    }
  }
}

std::string_view Level(config::Severity severity) {
  return severity == config::Severity::kError ? "Error" : "Warning";
}

int RunAnalyze(const Flags& flags, Context& context) {
  config::Problems problems;
  control::DirectorySource source(flags.paths, flags.default_namespace);
  source.Load(&problems);
  problems.Append(
      control::Compiler()
          .Compile(source.store(), InstalledGateways(), WithServiceAddresses(source.store()))
          .problems);
  CheckInjection(source.store(), &problems);

  std::vector<config::Problem> items = problems.items();
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  });
  for (const config::Problem& problem : items) {
    context.out << Level(problem.severity) << ' ' << problem << '\n';
  }
  if (items.empty()) {
    context.err << fmt::format("✔ No validation issues found when analyzing {}.\n",
                               fmt::join(flags.paths, ", "));
    return kExitOk;
  }
  const std::size_t errors = problems.error_count();
  context.err << fmt::format("{} error{}, {} warning{}.\n", errors, errors == 1 ? "" : "s",
                             items.size() - std::min(errors, items.size()),
                             items.size() - errors == 1 ? "" : "s");
  return errors > 0 || flags.failure_threshold == "Warning" ? kExitFindings : kExitOk;
}

}  // namespace

void SetUpAnalyze(CLI::App& command, Context& context) {
  auto flags = std::make_shared<Flags>();
  command.add_option("path", flags->paths, "Manifest files, and directories of them")->required();
  command
      .add_option("-n,--namespace", flags->default_namespace, "Namespace of objects that name none")
      ->capture_default_str();
  command
      .add_option("--failure-threshold", flags->failure_threshold,
                  "Least severe level that makes the command fail")
      ->check(CLI::IsMember({"Error", "Warning"}))
      ->capture_default_str();
  command.footer("\nExample: outrigger analyze samples/bookinfo\n");
  command.callback([flags, &context] { context.exit_code = RunAnalyze(*flags, context); });
}

}  // namespace outrigger::cli
