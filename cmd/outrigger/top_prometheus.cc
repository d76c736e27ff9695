#include "cmd/outrigger/top_prometheus.h"

#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>

#include "absl/status/status.h"
#include "cmd/outrigger/top_http.h"
#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

namespace json = boost::json;

absl::Status Unexpected(std::string_view what) {
  return absl::DataLossError(Cat("this does not answer like Prometheus: ", what));
}

const json::value* Find(const json::value& value, std::string_view key) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr
                           : object->if_contains(json::string_view(key.data(), key.size()));
}

std::string Text(const json::value* value) {
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// {"metric": {"label": "value"}, "value": [seconds, "1.5"]}
bool ParseSample(const json::value& element, Sample* out) {
  const json::value* metric = Find(element, "metric");
  const json::value* value = Find(element, "value");
  if (metric == nullptr || !metric->is_object() || value == nullptr || !value->is_array())
    return false;
  const json::array& pair = value->get_array();
  if (pair.size() != 2 || !pair[1].is_string()) return false;
  for (const auto& [name, label] : metric->get_object()) {
    out->labels.emplace(std::string(name.data(), name.size()), Text(&label));
  }
  out->value = std::strtod(pair[1].get_string().c_str(), nullptr);  // "NaN" and "+Inf" included
  return true;
}

}  // namespace

std::string_view Sample::Get(std::string_view label) const {
  const auto found = labels.find(label);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

absl::StatusOr<std::vector<Sample>> ParseQueryAnswer(std::string_view body) {
  json::error_code error;
  const json::value root = json::parse(json::string_view(body.data(), body.size()), error);
  if (error) return Unexpected("no JSON");
  const std::string status = Text(Find(root, "status"));
  if (status == "error") {
    return absl::InvalidArgumentError(
        Cat("Prometheus: ", Text(Find(root, "errorType")), ": ", Text(Find(root, "error"))));
  }
  const json::value* data = Find(root, "data");
  const json::value* result = data == nullptr ? nullptr : Find(*data, "result");
  if (status != "success" || result == nullptr || !result->is_array())
    return Unexpected("no result");
  if (Text(Find(*data, "resultType")) != "vector") return Unexpected("not an instant vector");
  std::vector<Sample> samples;
  for (const json::value& element : result->get_array()) {
    Sample sample;
    if (!ParseSample(element, &sample)) return Unexpected("a sample without metric and value");
    if (!std::isnan(sample.value)) samples.push_back(std::move(sample));
  }
  return samples;
}

absl::StatusOr<std::vector<Sample>> Query(const HttpAddress& address, std::string_view promql,
                                          std::chrono::milliseconds timeout) {
  auto reply = HttpGet(address, Cat("/api/v1/query?query=", UrlEncode(promql)), timeout);
  if (!reply.ok()) return reply.status();
  auto samples = ParseQueryAnswer(reply->body);
  // Prometheus explains its 4xx and 5xx in JSON; anybody else's answer is told by its status.
  if (!samples.ok() && reply->status != 200 && absl::IsDataLoss(samples.status())) {
    return absl::UnavailableError(
        Cat("Prometheus at ", address.text, " answers with status ", reply->status));
  }
  return samples;
}

}  // namespace outrigger::cli
