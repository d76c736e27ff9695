#include "cmd/outrigger/top.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/outrigger/top_address.h"
#include "cmd/outrigger/top_edges.h"
#include "cmd/outrigger/top_prometheus.h"
#include "cmd/outrigger/top_table.h"
#include "cmd/outrigger/top_terminal.h"
#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

constexpr std::chrono::milliseconds kQueryTimeout(5000);

struct TopFlags {
  std::string prometheus;
  std::string name;
  ReporterChoice reporter = ReporterChoice::kBoth;
  double interval_seconds = 2;
  int window_seconds = 0;  // 0: as window() says
  bool once = false;
  bool json = false;

  // Two scrapes have to fit in: the local mesh's Prometheus comes every few seconds, others every
  // 15 or 30.
  [[nodiscard]] std::chrono::seconds window() const {
    if (window_seconds != 0) return std::chrono::seconds(window_seconds);
    return std::chrono::seconds(prometheus.empty() ? 15 : 60);
  }
  [[nodiscard]] std::chrono::milliseconds interval() const {
    return std::chrono::milliseconds(static_cast<std::int64_t>(interval_seconds * 1000));
  }
};

// Asked anew for every table: a mesh may be restarted while we look.
absl::StatusOr<std::vector<MeshEdge>> Ask(const TopFlags& flags) {
  auto address = flags.prometheus.empty() ? FindLocalPrometheus(flags.name, MeshFolders())
                                          : ParsePrometheusUrl(flags.prometheus);
  if (!address.ok()) return address.status();
  TopAnswers answers;
  for (const TopQuestion& question : TopQuestions(flags.window())) {
    auto samples = Query(*address, question.promql, kQueryTimeout);
    if (!samples.ok()) return samples.status();
    answers.*question.answer = *std::move(samples);
  }
  return BuildEdges(answers, flags.reporter);
}

bool LocaleIsUtf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') {
      return strcasestr(value, "utf-8") != nullptr || strcasestr(value, "utf8") != nullptr;
    }
  }
  return false;
}

std::string Page(const std::vector<MeshEdge>& edges, const TopFlags& flags,
                 const TableStyle& style) {
  if (flags.json) return ToJson(edges, flags.window());
  if (edges.empty()) {
    return Cat("No traffic in the last ", flags.window().count(),
               " s that a proxy reported (a new edge needs two scrapes to show a rate).\n");
  }
  return LayoutSummary(edges, flags.window(), style) + LayoutTable(edges, style);
}

// Without a terminal: one table, or one every interval until the reader goes away.
void Print(const TopFlags& flags, Context& context) {
  TableStyle style;
  style.utf8 = LocaleIsUtf8();
  while (true) {
    const auto edges = Ask(flags);
    if (!edges.ok()) {
      context.err << "outrigger top: " << MessageOf(edges.status()) << '\n';
      context.exit_code = kExitError;
      if (flags.once) return;
    } else {
      context.exit_code = kExitOk;
      context.out << Page(*edges, flags, style) << std::flush;
    }
    if (flags.once || !context.out) return;
    std::this_thread::sleep_for(flags.interval());
  }
}

void Show(const TopFlags& flags) {
  Terminal terminal;
  auto edges = Ask(flags);
  auto next = std::chrono::steady_clock::now() + flags.interval();
  while (true) {
    TableStyle style;
    style.width = terminal.width();
    style.height = terminal.height() > 3 ? terminal.height() - 3 : 1;
    style.colour = std::getenv("NO_COLOR") == nullptr;
    style.utf8 = LocaleIsUtf8();
    terminal.Draw(edges.ok() ? Page(*edges, flags, style) + "q: quit"
                             : Cat(MessageOf(edges.status()), "\n\nTrying again; q: quit"));
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    const Terminal::Event event = terminal.Wait(left);
    if (event == Terminal::Event::kQuit) return;
    if (event == Terminal::Event::kResized) continue;  // same numbers, new layout
    edges = Ask(flags);
    next = std::chrono::steady_clock::now() + flags.interval();
  }
}

void Run(const TopFlags& flags, Context& context) {
  const bool on_screen = &context.out == &std::cout && Terminal::Available();
  if (on_screen && !flags.once && !flags.json) {
    Show(flags);
  } else {
    Print(flags, context);
  }
}

}  // namespace

void SetUpTop(CLI::App& command, Context& context) {
  auto flags = std::make_shared<TopFlags>();
  const std::map<std::string, ReporterChoice> reporters = {
      {"source", ReporterChoice::kSource},
      {"destination", ReporterChoice::kDestination},
      {"both", ReporterChoice::kBoth}};
  CLI::Option* url = command.add_option(
      "--prometheus", flags->prometheus,
      "URL of a Prometheus, e.g. http://localhost:9090 (default: the local mesh's own)");
  command.add_option("--name", flags->name, "Local mesh to look at, when several are up")
      ->excludes(url);
  command
      .add_option(
          "--reporter", flags->reporter,
          "Whose report to show: source, destination, or both (the source's where there is one)")
      ->transform(CLI::CheckedTransformer(reporters, CLI::ignore_case))
      ->option_text("source|destination|both");
  command
      .add_option(
          "--window", flags->window_seconds,
          "Seconds that rates are taken over, at least two scrape intervals (default: 15 for a "
          "local mesh, 60 for --prometheus)")
      ->check(CLI::Range(1, 86400));
  command.add_option("--interval", flags->interval_seconds, "Seconds between two tables")
      ->check(CLI::Range(0.2, 3600.0))
      ->capture_default_str();
  command.add_flag("--once", flags->once, "Print one table and end; no terminal needed");
  command.add_flag("--json", flags->json, "One JSON document per table");
  command.footer(
      "\nColumns: requests per second in all and by class of response code, median and 99th "
      "percentile latency,\n"
      "TLS (a lock: mutual TLS; none: plaintext; part: some of it), BY (S, D: seen by the "
      "source's, the\n"
      "destination's proxy). TCP edges show connections, and bytes from (>) and to (<) the "
      "source,\n"
      "per second.");
  command.callback([flags, &context] { Run(*flags, context); });
}

}  // namespace outrigger::cli
