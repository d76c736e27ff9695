#include "cmd/outrigger/mesh_commands.h"

#include <CLI/CLI.hpp>
#include <ctime>
#include <memory>
#include <ostream>
#include <string>

#include "local/mesh_client.h"
#include "local/reports.h"
#include "local/supervisor.h"

namespace outrigger::cli {
namespace {

void AddName(CLI::App& command, std::string& name) {
  command.add_option("--name", name, "Name of the mesh, for more than one on this machine")
      ->capture_default_str();
}

int Fail(Context& context, const absl::Status& status) {
  context.err << "outrigger: " << status.message() << '\n';
  return kExitError;
}

int PrintStatus(const std::string& name, bool json, Context& context) {
  const auto answer = local::QueryStatus(name);
  if (!answer.ok()) return Fail(context, answer.status());
  if (json) {
    context.out << *answer << '\n';
    return kExitOk;
  }
  const auto status = local::ParseMeshStatus(*answer);
  if (!status)
    return Fail(
        context,
        absl::InternalError(
            "the mesh was started by another version of outrigger; `outrigger down` ends it"));
  context.out << local::Render(*status, std::time(nullptr));
  return kExitOk;
}

}  // namespace

void SetUpUp(CLI::App& command, Context& context) {
  const auto options = std::make_shared<local::UpOptions>();
  const auto interval = std::make_shared<int>(2);
  command
      .add_option("INPUT", options->inputs,
                  "Folders and files with manifests; watched, a change is live within a second")
      ->required()
      ->check(CLI::ExistingPath);
  command.add_option("-n,--namespace", options->ns, "Namespace of objects that name none")
      ->capture_default_str();
  command.add_flag("--inject", options->inject, "Label that namespace istio-injection=enabled");
  command
      .add_option("--images", options->images_file,
                  "Programs for image names (default: images.yaml beside the input)")
      ->check(CLI::ExistingFile);
  command.add_flag("-d,--detach", options->detach, "Return once everything runs");
  AddName(command, options->name);
  command
      .add_option("--gateway-port", options->gateway_port,
                  "Port of the ingress gateway on localhost; 0: any free one")
      ->capture_default_str();
  command.add_option("--prometheus", options->prometheus, "auto, off, or the path of the program")
      ->capture_default_str();
  command
      .add_option("--prometheus-port", options->prometheus_port,
                  "Prometheus on localhost too, on this port; 0: any free one")
      ->check(CLI::Range(0, 65535));
  command.add_option("--scrape-interval", *interval, "Seconds between scrapes")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command.callback([options, interval, &context] {
    options->scrape_interval = std::chrono::seconds(*interval);
    context.exit_code = local::Up(*options, context.out, context.err) == 0 ? kExitOk : kExitError;
  });
}

void SetUpStatus(CLI::App& command, Context& context) {
  const auto name = std::make_shared<std::string>("default");
  const auto json = std::make_shared<bool>(false);
  AddName(command, *name);
  command.add_flag("--json", *json, "For programs");
  command.callback(
      [name, json, &context] { context.exit_code = PrintStatus(*name, *json, context); });
}

void SetUpDown(CLI::App& command, Context& context) {
  const auto name = std::make_shared<std::string>("default");
  AddName(command, *name);
  command.callback([name, &context] {
    const absl::Status done = local::Down(*name);
    if (!done.ok()) context.exit_code = Fail(context, done);
  });
}

}  // namespace outrigger::cli
