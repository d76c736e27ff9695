#include "cmd/outrigger/inject.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "cmd/outrigger/files.h"
#include "injector/decide.h"
#include "injector/inject.h"
#include "injector/install_values.h"
#include "injector/json.h"
#include "injector/text.h"
#include "injector/values.h"
#include "injector/workload.h"
#include "proxy/config/document.h"

namespace outrigger::cli {
namespace {

namespace json = boost::json;
using injector::FindArray;
using injector::FindObject;
using injector::FindString;

struct Flags {
  std::string input, output;
  std::string default_namespace = "default";
  std::string hub, tag, revision;
  std::string values_file, mesh_file, config_file;
};

/// Reads a file of one YAML map into the options; the message names the file.
std::optional<std::string> ApplyFile(const std::string& file,
                                     absl::Status (*apply)(const json::object&,
                                                           injector::InjectorOptions&),
                                     injector::InjectorOptions& options) {
  if (file.empty()) return std::nullopt;
  const absl::StatusOr<std::string> text = ReadFile(file);
  if (!text.ok()) return injector::MessageOf(text.status());
  config::Problems problems;
  const std::vector<config::Document> documents = config::ReadDocuments(*text, file, &problems);
  if (problems.has_errors()) return problems.ToString();
  if (documents.empty()) return std::nullopt;
  const json::object* map = documents[0].root().if_object();
  if (map == nullptr) return file + ": is not a map";
  const absl::Status status = apply(*map, options);
  if (!status.ok()) return file + ": " + injector::MessageOf(status);
  return std::nullopt;
}

/// What the flags and files say; the message of the first problem otherwise.
std::optional<std::string> ReadOptions(const Flags& flags, injector::InjectorOptions& options) {
  options.tag = OUTRIGGER_VERSION;
  // Without a cluster to ask, native sidecars are for those who say so.
  const char* native = std::getenv("ENABLE_NATIVE_SIDECARS");
  if (native != nullptr && injector::ParseBool(native) == true) {
    options.native_sidecars = injector::NativeSidecars::kOn;
  }
  if (auto problem = ApplyFile(flags.values_file, injector::ApplyInstallValues, options)) {
    return problem;
  }
  if (auto problem = ApplyFile(flags.mesh_file, injector::ApplyMeshConfig, options)) return problem;
  if (auto problem = ApplyFile(flags.config_file, injector::ApplyInjectorConfig, options)) {
    return problem;
  }
  if (!flags.hub.empty()) options.hub = flags.hub;
  if (!flags.tag.empty()) options.tag = flags.tag;
  if (!flags.revision.empty()) options.revision = flags.revision;
  options.policy = "enabled";  // who runs this command wants sidecars
  return std::nullopt;
}

/// Injects the documents of one input and collects the text that goes out.
class Run {
 public:
  Run(const Flags& flags, injector::InjectorOptions options, Context& context)
      : flags_(flags), options_(std::move(options)), context_(context) {}

  void Document(const config::Document& document) {
    file_ = document.file();
    line_ = document.line();
    json::value root = document.root();
    const bool changed = root.is_object() && Object(root.get_object());
    const std::string text = changed ? config::WriteYaml(root) : std::string(document.text());
    output_ += text;
    if (!output_.ends_with('\n')) output_ += '\n';
    output_ += "---\n";
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  /// True when the object, or one inside a list, got a sidecar.
  bool Object(json::object& object) {
    if (FindString(object, "kind") == "List" && FindString(object, "apiVersion") == "v1") {
      bool changed = false;
      if (json::array* items = FindArray(object, "items")) {
        for (json::value& item : *items) {
          if (item.is_object() && Object(item.get_object())) changed = true;
        }
      }
      return changed;
    }
    auto found = injector::FindPodTemplate(object);
    if (!found.ok()) return Fail(injector::MessageOf(found.status()));
    return found->has_value() && Workload(object, **found);
  }

  bool Workload(json::object& object, const injector::PodTemplate& found) {
    const json::object* metadata = FindObject(object, "metadata");
    std::string_view ns = metadata ? FindString(*metadata, "namespace") : std::string_view();
    if (ns.empty()) ns = flags_.default_namespace;
    const std::string name =
        fmt::format("{} \"{}/{}\"", FindString(object, "kind"), ns,
                    metadata ? FindString(*metadata, "name") : std::string_view());
    if (Skipped(*found.pod, ns, name)) return false;
    const injector::InjectContext where{std::string(ns), found.owner, {}};
    auto injected = injector::Inject(*found.pod, where, options_);
    if (!injected.ok()) return Fail(name + ": " + injector::MessageOf(injected.status()));
    *found.pod = *std::move(injected);
    if (FindString(object, "kind") == "CronJob") CopyToJobTemplate(object, *found.pod);
    return true;
  }

  bool Skipped(const json::object& pod, std::string_view ns, const std::string& name) {
    if (injector::AllowedByPolicy(pod, ns, options_).inject) return false;
    const json::object* spec = FindObject(pod, "spec");
    const json::value* host = spec == nullptr ? nullptr : spec->if_contains("hostNetwork");
    const bool host_network = host != nullptr && *host == json::value(true);
    context_.err << fmt::format(
        "===> Skipping injection because {} has {}\n", name,
        host_network ? "host networking enabled" : "sidecar injection disabled");
    return true;
  }

  /// istioctl writes a CronJob's labels and annotations to the job template, so tools look for them
  /// there; the mesh needs them on the pod.
  static void CopyToJobTemplate(json::object& cron_job, const json::object& pod) {
    json::object& job =
        injector::EnsureObject(injector::EnsureObject(cron_job, "spec"), "jobTemplate");
    const json::object* from = FindObject(pod, "metadata");
    json::object& to = injector::EnsureObject(job, "metadata");
    for (const std::string_view key : {"labels", "annotations"}) {
      const json::object* added = from == nullptr ? nullptr : FindObject(*from, key);
      if (added == nullptr) continue;
      json::object& own = injector::EnsureObject(to, key);
      for (const auto& member : *added) own[member.key()] = member.value();
    }
  }

  bool Fail(const std::string& message) {
    context_.err << fmt::format("{}:{}: {}\n", file_, line_, message);
    failed_ = true;
    return false;
  }

  const Flags& flags_;
  const injector::InjectorOptions options_;
  Context& context_;
  std::string file_;
  int line_ = 0;
  std::string output_;
  bool failed_ = false;
};

int RunInject(const Flags& flags, Context& context) {
  if (flags.input.empty()) {
    context.err << "filename not specified (see --filename or -f)\n";
    return kExitUsage;
  }
  injector::InjectorOptions options;
  if (const auto problem = ReadOptions(flags, options)) {
    context.err << *problem << '\n';
    return kExitUnparsable;
  }
  const absl::StatusOr<std::string> text = ReadInput(flags.input, context.in);
  if (!text.ok()) {
    context.err << injector::MessageOf(text.status()) << '\n';
    return kExitError;
  }
  config::Problems problems;
  const std::string name = flags.input == "-" ? "stdin" : flags.input;
  const std::vector<config::Document> documents = config::ReadDocuments(*text, name, &problems);
  if (!problems.empty()) context.err << problems.ToString();
  if (problems.has_errors()) return kExitUnparsable;
  Run run(flags, std::move(options), context);
  for (const config::Document& document : documents) run.Document(document);
  if (run.failed()) return kExitError;
  if (flags.output.empty()) {
    context.out << run.output();
    return kExitOk;
  }
  std::ofstream file(flags.output, std::ios::binary);
  if (!(file << run.output()).flush()) {
    context.err << flags.output << ": cannot write it\n";
    return kExitError;
  }
  return kExitOk;
}

}  // namespace

void SetUpInject(CLI::App& command, Context& context) {
  auto flags = std::make_shared<Flags>();
  command.alias("kube-inject");
  command.add_option("-f,--filename", flags->input, "Manifest to read, - for standard input");
  command.add_option("-o,--output", flags->output, "File to write instead of standard output");
  command
      .add_option("-n,--namespace", flags->default_namespace, "Namespace of objects that name none")
      ->capture_default_str();
  command.add_option("--hub", flags->hub, "Registry and path of the images [outrigger]");
  command.add_option("--tag", flags->tag, "Tag of the images [" OUTRIGGER_VERSION "]");
  command.add_option("-r,--revision", flags->revision, "Revision of the control plane");
  command.add_option("--valuesFile", flags->values_file, "Install values, YAML or JSON");
  command.add_option("--meshConfigFile", flags->mesh_file, "Mesh configuration, YAML");
  command.add_option("--injectConfigFile", flags->config_file, "Injector configuration, YAML");
  command.footer(
      "\nEvery workload of the input gets a sidecar, except those that opt out with the label\n"
      "sidecar.istio.io/inject=false or use the host's network; everything else is passed "
      "through.\n"
      "Example: outrigger inject -f bookinfo.yaml | kubectl apply -f -\n");
  command.callback([flags, &context] { context.exit_code = RunInject(*flags, context); });
}

}  // namespace outrigger::cli
