#include "cmd/load/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <numeric>

namespace outrigger::load {
namespace {

constexpr std::array<std::pair<double, const char*>, 4> kQuantiles{
    {{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}}};

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// Three figures and a unit that suits them: "412us", "3.07ms", "1.2s".
std::string Short(std::chrono::nanoseconds time) {
  const auto ns = static_cast<double>(time.count());
  if (ns < 1e6) return fmt::format("{:.3g}us", ns / 1e3);
  if (ns < 1e9) return fmt::format("{:.3g}ms", ns / 1e6);
  return fmt::format("{:.4g}s", ns / 1e9);
}

std::string Percentiles(const Histogram& latency) {
  std::string text;
  for (const auto& [quantile, name] : kQuantiles) {
    text += fmt::format("{} {:<9}", name, Short(latency.ValueAt(quantile)));
  }
  return text + fmt::format("max {:<9}mean {}", Short(latency.max()), Short(latency.Mean()));
}

std::string Statuses(const TargetResult& result) {
  std::string text;
  for (const auto& [status, count] : result.statuses) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "  ", status, count);
  }
  return text.empty() ? "none" : text;
}

std::string Failures(const TargetResult& result) {
  std::string text;
  for (std::size_t i = 0; i < kFailures; ++i) {
    if (result.failures[i] == 0) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "  ", ToString(static_cast<Failure>(i)),
                        result.failures[i]);
  }
  return text.empty() ? "none" : text;
}

boost::json::object JsonOf(const TargetResult& result) {
  boost::json::object statuses, failures, latency;
  for (const auto& [status, count] : result.statuses) statuses[std::to_string(status)] = count;
  for (std::size_t i = 0; i < kFailures; ++i) {
    const std::string_view name = ToString(static_cast<Failure>(i));
    failures[boost::json::string_view(name.data(), name.size())] = result.failures[i];
  }
  for (const auto& [quantile, name] : kQuantiles) {
    latency[name] = Seconds(result.latency.ValueAt(quantile));
  }
  latency["max"] = Seconds(result.latency.max());
  latency["mean"] = Seconds(result.latency.Mean());
  return {{"answered", result.answered()},
          {"failed", result.failed()},
          {"statuses", statuses},
          {"failures", failures},
          {"latency_seconds", std::move(latency)},
          {"bytes_received", result.bytes_received}};
}

}  // namespace

std::string_view ToString(Failure failure) {
  switch (failure) {
    case Failure::kConnectRefused:
      return "connect_refused";
    case Failure::kConnectFailed:
      return "connect_failed";
    case Failure::kTimeout:
      return "timeout";
    case Failure::kReset:
      return "reset";
    case Failure::kClosed:
      return "closed";
    case Failure::kMalformed:
      return "malformed";
    case Failure::kNotSent:
      return "not_sent";
  }
  return "unknown";
}

std::uint64_t TargetResult::failed() const {
  return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
}

void TargetResult::Merge(const TargetResult& other) {
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  for (std::size_t i = 0; i < kFailures; ++i) failures[i] += other.failures[i];
  latency.Merge(other.latency);
  bytes_received += other.bytes_received;
}

TargetResult Result::Total() const {
  TargetResult total;
  for (const TargetResult& target : targets) total.Merge(target);
  return total;
}

void Result::Merge(const Result& other) {
  targets.resize(std::max(targets.size(), other.targets.size()));
  for (std::size_t i = 0; i < other.targets.size(); ++i) targets[i].Merge(other.targets[i]);
  resent += other.resent;
  connects += other.connects;
  max_late = std::max(max_late, other.max_late);
  elapsed = std::max(elapsed, other.elapsed);
}

std::string ToText(const Plan& plan, const Result& result) {
  const TargetResult total = result.Total();
  const double seconds = std::max(Seconds(result.elapsed), 1e-9);
  std::string text =
      plan.rate ? fmt::format("open loop, {:.6g} requests/s", *plan.rate) : "closed loop";
  text += fmt::format(", {} connections, {:.3f}s\n", plan.connections, seconds);
  text += fmt::format("requests   {} answered ({:.1f}/s), {} failed, {:.1f} KiB/s received\n",
                      total.answered(), static_cast<double>(total.answered()) / seconds,
                      total.failed(), static_cast<double>(total.bytes_received) / seconds / 1024);
  text += fmt::format("status     {}\n", Statuses(total));
  text += fmt::format("failures   {}\n", Failures(total));
  text += fmt::format("latency    {}\n", Percentiles(total.latency));
  if (plan.rate) text += fmt::format("sent late  max {}\n", Short(result.max_late));
  text += fmt::format("connects   {}, {} requests sent again after an idle close\n",
                      result.connects, result.resent);
  if (plan.targets.size() < 2) return text;
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    const TargetResult& target = result.targets[i];
    text +=
        fmt::format("\n{}\n  status   {}\n  failures {}\n  latency  {}\n", plan.targets[i].label,
                    Statuses(target), Failures(target), Percentiles(target.latency));
  }
  return text;
}

std::string ToJson(const Plan& plan, const Result& result) {
  boost::json::object json = JsonOf(result.Total());
  json["mode"] = plan.rate ? "open" : "closed";
  if (plan.rate) json["rate"] = *plan.rate;
  json["connections"] = plan.connections;
  json["elapsed_seconds"] = Seconds(result.elapsed);
  json["max_late_seconds"] = Seconds(result.max_late);
  json["connects"] = result.connects;
  json["resent"] = result.resent;
  boost::json::array targets;
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    boost::json::object target = JsonOf(result.targets[i]);
    target["url"] = plan.targets[i].label;
    targets.push_back(std::move(target));
  }
  json["targets"] = std::move(targets);
  return boost::json::serialize(json) + "\n";
}

}  // namespace outrigger::load
