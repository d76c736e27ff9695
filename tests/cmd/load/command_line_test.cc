#include "cmd/load/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/load/result.h"

namespace outrigger::load {
namespace {

using testing::HasSubstr;

TEST(CommandLineTest, ReadsAPlan) {
  const auto parsed = ParseCommandLine(
      {"-r",           "1500.5",     "-c",        "8",        "-d",          "1m30s",
       "-n",           "7",          "-t",        "2",        "-X",          "PUT",
       "-H",           "A: b",       "-H",        "C:d e",    "--body-size", "10",
       "--timeout",    "250ms",      "--connect", "[::1]:81", "--json",      "--check",
       "http://a/x=2", "http://b:81"});
  const auto* command = std::get_if<CommandLine>(&parsed);
  ASSERT_NE(command, nullptr) << std::get<Exit>(parsed).text;
  const Plan& plan = command->plan;
  EXPECT_EQ(plan.rate, 1500.5);
  EXPECT_EQ(plan.connections, 8u);
  EXPECT_EQ(plan.duration, std::chrono::seconds(90));
  EXPECT_EQ(plan.requests, 7u);
  EXPECT_EQ(plan.threads, 2u);
  EXPECT_EQ(plan.method, "PUT");
  ASSERT_EQ(plan.headers.size(), 2u);
  EXPECT_EQ(plan.headers[1].name + "=" + plan.headers[1].value, "C=d e");
  EXPECT_EQ(plan.body_bytes, 10u);
  EXPECT_EQ(plan.timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(plan.connect, (Url{"::1", 81, "/"}));
  ASSERT_EQ(plan.targets.size(), 2u);
  EXPECT_EQ(plan.targets[0].weight, 2);
  EXPECT_EQ(command->format, Format::kJson);
  EXPECT_TRUE(command->check);
}

TEST(CommandLineTest, DefaultsToTenSecondsInAClosedLoop) {
  const auto parsed = ParseCommandLine({"http://a"});
  const Plan& plan = std::get<CommandLine>(parsed).plan;
  EXPECT_EQ(plan.rate, std::nullopt);
  EXPECT_EQ(plan.requests, std::nullopt);
  EXPECT_EQ(plan.duration, std::chrono::seconds(10));
  EXPECT_EQ(plan.connections, 64u);
}

TEST(CommandLineTest, HelpIsNoError) {
  const auto parsed = ParseCommandLine({"--help"});
  EXPECT_EQ(std::get<Exit>(parsed).status, 0);
  EXPECT_THAT(std::get<Exit>(parsed).text, HasSubstr("--rate"));
}

struct Refusal {
  std::string name;
  std::vector<std::string> args;
  std::string message;
};

void PrintTo(const Refusal& row, std::ostream* out) { *out << row.name; }

class CommandLineRefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(CommandLineRefusalTest, SaysWhatIsWrong) {
  const auto parsed = ParseCommandLine(GetParam().args);
  const auto* exit = std::get_if<Exit>(&parsed);
  ASSERT_NE(exit, nullptr);
  EXPECT_EQ(exit->status, 2);
  EXPECT_THAT(exit->text, HasSubstr(GetParam().message));
}

const Refusal kRefusals[] = {
    {"NoUrl", {}, "url"},
    {"BadUrl", {"a.example"}, "must start with http://"},
    {"Duration", {"-d", "10", "http://a"}, "--duration: \"10\" is not a duration"},
    {"NegativeTimeout", {"--timeout", "-1s", "http://a"}, "--timeout"},
    {"NegativeRate", {"-r", "-5", "http://a"}, "--rate"},
    {"NoConnections", {"-c", "0", "http://a"}, "--connections"},
    {"Header", {"-H", "nonsense", "http://a"}, "--header: \"nonsense\""},
    {"HeaderSmuggling", {"-H", "A: b\r\nC: d", "http://a"}, "--header"},
    {"Connect", {"--connect", ":80", "http://a"}, "--connect: \":80\" is not host:port"},
    {"UnknownFlag", {"--nope", "http://a"}, "--nope"},
};

INSTANTIATE_TEST_SUITE_P(, CommandLineRefusalTest, testing::ValuesIn(kRefusals),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(ReportTest, TextAndJsonCarryTheSameFigures) {
  Plan plan;
  plan.targets = {*ParseTarget("http://a/x"), *ParseTarget("http://a/y")};
  plan.rate = 10;
  Result result;
  result.targets.resize(2);
  result.targets[0].statuses[200] = 1;
  result.targets[0].latency.Record(std::chrono::microseconds(100));
  result.targets[1].failures[static_cast<std::size_t>(Failure::kTimeout)] = 3;
  result.elapsed = std::chrono::seconds(2);
  const std::string text = ToText(plan, result);
  EXPECT_THAT(text, HasSubstr("open loop, 10 requests/s, 64 connections, 2.000s"));
  EXPECT_THAT(text, HasSubstr("1 answered (0.5/s), 3 failed"));
  EXPECT_THAT(text, HasSubstr("timeout: 3"));
  EXPECT_THAT(text, HasSubstr("max 100us"));
  EXPECT_THAT(text, HasSubstr("http://a/y"));
  const std::string json = ToJson(plan, result);
  EXPECT_THAT(json, HasSubstr("\"answered\":1,\"failed\":3,\"statuses\":{\"200\":1}"));
  EXPECT_THAT(json, HasSubstr("\"timeout\":3"));
  EXPECT_THAT(json, HasSubstr("\"url\":\"http://a/y\""));
}

}  // namespace
}  // namespace outrigger::load
