#include "cmd/load/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "absl/time/time.h"

namespace outrigger::load {
namespace {

/// The arguments as written, before they are understood.
struct Raw {
  std::vector<std::string> urls, headers;
  std::string duration = "10s", timeout = "10s", connect;
  double rate = 0;
  std::uint64_t requests = 0;
  bool json = false;
};

void Declare(CLI::App& app, Raw& raw, CommandLine& out) {
  app.add_option("url", raw.urls, "http://host[:port]/path; URL=WEIGHT for a share of the requests")
      ->required();
  app.add_option(
      "-r,--rate", raw.rate,
      "open loop: this many requests per second, sent when due whether or not earlier ones are "
      "answered; latency counts from when they were due");
  app.add_option(
         "-c,--connections", out.plan.connections,
         "at most so many connections; without --rate each sends as soon as it has its answer")
      ->capture_default_str();
  app.add_option("-d,--duration", raw.duration, "how long, as 500ms, 10s, 1m")
      ->capture_default_str();
  app.add_option("-n,--requests", raw.requests, "end after so many requests");
  app.add_option("-t,--threads", out.plan.threads, "threads that share the work")
      ->capture_default_str();
  app.add_option("-X,--method", out.plan.method, "request method")->capture_default_str();
  app.add_option("-H,--header", raw.headers, "'Name: value', may be repeated");
  app.add_option("--body-size", out.plan.body_bytes, "bytes of request body");
  app.add_option("--timeout", raw.timeout, "to connect and have the whole answer")
      ->capture_default_str();
  app.add_option("--connect", raw.connect, "host:port to connect to instead of the URL's");
  app.add_flag("--json", raw.json, "figures as JSON (seconds, bytes)");
  app.add_flag("--check", out.check,
               "status 1 when a request failed or was answered with 400 or more");
  // CLI11 would take "-H a b" for two headers.
  app.get_option("--header")->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

absl::StatusOr<std::chrono::nanoseconds> ReadDuration(const std::string& text, const char* flag) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration <= absl::ZeroDuration() ||
      duration > absl::Hours(24 * 365)) {
    return absl::InvalidArgumentError(
        fmt::format("{}: \"{}\" is not a duration such as 500ms, 10s or 1m", flag, text));
  }
  return absl::ToChronoNanoseconds(duration);
}

absl::StatusOr<Header> ReadHeader(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == std::string::npos || text.find_first_of("\r\n") != std::string::npos) {
    return absl::InvalidArgumentError(fmt::format("--header: \"{}\" is not 'Name: value'", text));
  }
  const auto value = text.find_first_not_of(" \t", colon + 1);
  return Header{text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)};
}

absl::Status Understand(const Raw& raw, CommandLine& out) {
  Plan& plan = out.plan;
  for (const std::string& url : raw.urls) {
    auto target = ParseTarget(url);
    if (!target.ok()) return target.status();
    plan.targets.push_back(*std::move(target));
  }
  for (const std::string& text : raw.headers) {
    auto header = ReadHeader(text);
    if (!header.ok()) return header.status();
    plan.headers.push_back(*std::move(header));
  }
  const auto duration = ReadDuration(raw.duration, "--duration");
  if (!duration.ok()) return duration.status();
  const auto timeout = ReadDuration(raw.timeout, "--timeout");
  if (!timeout.ok()) return timeout.status();
  plan.duration = *duration;
  plan.timeout = *timeout;
  if (!raw.connect.empty()) {
    const auto connect = ParseUrl("http://" + raw.connect);
    if (!connect.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("--connect: \"{}\" is not host:port", raw.connect));
    }
    plan.connect = *connect;
  }
  if (raw.rate < 0) return absl::InvalidArgumentError("--rate: must be greater than 0");
  if (raw.rate > 0) plan.rate = raw.rate;
  if (raw.requests > 0) plan.requests = raw.requests;
  if (plan.connections == 0) return absl::InvalidArgumentError("--connections: at least 1");
  plan.threads =
      std::clamp(plan.threads, 1u, plan.connections);  // a thread without one has nothing to do
  out.format = raw.json ? Format::kJson : Format::kText;
  return absl::OkStatus();
}

}  // namespace

std::variant<CommandLine, Exit> ParseCommandLine(const std::vector<std::string>& args) {
  CLI::App app("Sends HTTP/1.1 requests and reports how long the answers took.", "outrigger-load");
  Raw raw;
  CommandLine out;
  Declare(app, raw, out);
  try {
    app.parse(
        std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11 takes them from the back
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const int status = app.exit(error, text, text);
    return Exit{status == 0 ? 0 : 2, text.str()};
  }
  const absl::Status status = Understand(raw, out);
  if (!status.ok())
    return Exit{2, fmt::format("outrigger-load: {}\n", std::string(status.message()))};
  return out;
}

}  // namespace outrigger::load
