#include "local/reports.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace outrigger::local {
namespace {

namespace json = boost::json;

json::object ToValue(const PodRow& row) {
  return {{"namespace", row.ns},    {"name", row.name},       {"status", row.status},
          {"ready", row.ready},     {"total", row.total},     {"restarts", row.restarts},
          {"created", row.created}, {"address", row.address}, {"logs", row.logs}};
}

json::array ToArray(const std::vector<PodRow>& rows) {
  json::array out;
  for (const PodRow& row : rows) out.push_back(ToValue(row));
  return out;
}

PodRow ToRow(const json::value& value) {
  PodRow row;
  row.ns = value.at("namespace").as_string();
  row.name = value.at("name").as_string();
  row.status = value.at("status").as_string();
  row.ready = value.at("ready").to_number<int>();
  row.total = value.at("total").to_number<int>();
  row.restarts = value.at("restarts").to_number<int>();
  row.created = value.at("created").to_number<std::int64_t>();
  row.address = value.at("address").as_string();
  row.logs = value.at("logs").as_string();
  return row;
}

}  // namespace

std::string ToJson(const NodeReport& report) {
  json::array lines;
  for (const std::string& line : report.lines) lines.emplace_back(line);
  return json::serialize(json::object{{"lines", lines},
                                      {"pods", ToArray(report.pods)},
                                      {"complete", report.complete},
                                      {"gateway", report.has_gateway},
                                      {"prometheus", report.has_prometheus},
                                      {"fatal", report.fatal}});
}

std::optional<NodeReport> ParseNodeReport(std::string_view text) {
  try {  // written by ourselves a moment ago; what does not fit is no report
    const json::value value = json::parse(json::string_view(text.data(), text.size()));
    NodeReport report;
    for (const json::value& line : value.at("lines").as_array())
      report.lines.emplace_back(line.as_string());
    for (const json::value& pod : value.at("pods").as_array()) report.pods.push_back(ToRow(pod));
    report.complete = value.at("complete").as_bool();
    report.has_gateway = value.at("gateway").as_bool();
    report.has_prometheus = value.at("prometheus").as_bool();
    report.fatal = value.at("fatal").as_string();
    return report;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string ToJson(const MeshStatus& status) {
  return json::serialize(json::object{{"name", status.name},
                                      {"complete", status.complete},
                                      {"pods", ToArray(status.pods)},
                                      {"gateway", status.gateway},
                                      {"prometheus", status.prometheus},
                                      {"prometheus_url", status.prometheus_url},
                                      {"runtime_dir", status.runtime_dir}});
}

std::optional<MeshStatus> ParseMeshStatus(std::string_view text) {
  try {  // as above; the other side may be an older or newer program
    const json::value value = json::parse(json::string_view(text.data(), text.size()));
    MeshStatus status;
    status.name = value.at("name").as_string();
    status.complete = value.at("complete").as_bool();
    for (const json::value& pod : value.at("pods").as_array()) status.pods.push_back(ToRow(pod));
    status.gateway = value.at("gateway").as_string();
    status.prometheus = value.at("prometheus").as_string();
    status.prometheus_url = value.at("prometheus_url").as_string();
    status.runtime_dir = value.at("runtime_dir").as_string();
    return status;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string RenderPlaces(const MeshStatus& status) {
  std::string out;
  const auto add = [&out](std::string_view name, const std::string& place) {
    if (!place.empty()) out += fmt::format("{:<12}{}\n", name, place);
  };
  add("Gateway", status.gateway);
  add("Prometheus", status.prometheus_url.empty() ? status.prometheus : status.prometheus_url);
  add("Logs", status.runtime_dir + "/logs");
  return out;
}

std::string Render(const MeshStatus& status, std::int64_t now) {
  PodTable table;
  table.Fit(status.pods);
  std::string out = table.Header();
  for (const PodRow& row : status.pods) out += table.Line(row, now);
  return out + "\n" + RenderPlaces(status);
}

}  // namespace outrigger::local
