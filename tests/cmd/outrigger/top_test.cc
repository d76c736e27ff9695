// The whole command against a Prometheus of our own making, over a socket.
#include "cmd/outrigger/top.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "cmd/outrigger/top_http.h"
#include "tests/cmd/outrigger/fake_prometheus.h"

namespace outrigger::cli {
namespace {

using ::testing::HasSubstr;

std::string Ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Vector(const std::string& result) {
  return Ok(R"({"status":"success","data":{"resultType":"vector","result":[)" + result + "]}}");
}

// One edge in the answer to the request rate, nothing elsewhere.
std::string OneEdge(const std::string& request) {
  if (request.find(UrlEncode("(rate(outrigger_edge_requests_total[60s]))")) == std::string::npos)
    return Vector("");
  return Vector(
      R"({"metric":{"reporter":"source","source_workload":"web","source_namespace":"shop",)"
      R"("destination_workload":"cart-v3","destination_namespace":"shop","protocol":"grpc",)"
      R"("security":"mutual_tls","code_class":"2xx"},"value":[1,"12.5"]})");
}

struct Outcome {
  int exit_code;
  std::string out, err;
};

Outcome RunTop(std::vector<std::string> arguments) {
  std::istringstream in;
  std::ostringstream out, err;
  Context context{in, out, err};
  CLI::App app("test");
  SetUpTop(app, context);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return {context.exit_code, out.str(), err.str()};
}

TEST(Top, PrintsOneTable) {
  FakePrometheus prometheus(OneEdge);
  const Outcome outcome = RunTop({"--once", "--prometheus", prometheus.url()});
  EXPECT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 edges, 12.5 req/s"));
  EXPECT_THAT(outcome.out, HasSubstr("web     cart-v3      grpc    12.5  12.5"));
}

TEST(Top, PrintsJson) {
  FakePrometheus prometheus(OneEdge);
  const Outcome outcome = RunTop({"--once", "--json", "--prometheus", prometheus.url()});
  EXPECT_THAT(outcome.out, HasSubstr(R"("security":"mutual_tls")"));
}

TEST(Top, SaysWhenThereIsNoTraffic) {
  FakePrometheus prometheus([](const std::string&) { return Vector(""); });
  EXPECT_THAT(RunTop({"--once", "--prometheus", prometheus.url()}).out,
              HasSubstr("No traffic in the last 60 s"));
}

TEST(Top, FailsWithOneLineWhenPrometheusIsAway) {
  std::string url;
  {
    url = FakePrometheus([](const std::string&) { return ""; }).url();
  }
  const Outcome outcome = RunTop({"--once", "--prometheus", url});
  EXPECT_EQ(outcome.exit_code, kExitError);
  EXPECT_EQ(outcome.err, "outrigger top: Prometheus at " + url + ": Connection refused\n");
  EXPECT_EQ(outcome.out, "");
}

TEST(Top, FailsWhenSomethingElseAnswers) {
  FakePrometheus prometheus(
      [](const std::string&) { return "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>"; });
  EXPECT_THAT(RunTop({"--once", "--prometheus", prometheus.url()}).err,
              HasSubstr("answers with status 502"));
}

TEST(Top, RefusesBadFlags) {
  EXPECT_THROW(RunTop({"--once", "--reporter", "waypoint"}), CLI::ParseError);
  EXPECT_THROW(RunTop({"--once", "--window", "0"}), CLI::ParseError);
  EXPECT_THROW(RunTop({"--once", "--name", "x", "--prometheus", "http://h"}), CLI::ParseError);
}

}  // namespace
}  // namespace outrigger::cli
