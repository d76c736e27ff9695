#include "cmd/proxy/options.h"

#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace outrigger::cmd {
namespace {

using Mode = ProxyOptions::Mode;

std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

ProxyOptions Parse(const std::string& line, const char* variable = nullptr) {
  std::string error;
  const auto options = ParseProxyOptions(Words(line), variable, &error);
  EXPECT_TRUE(options.has_value()) << line << ": " << error;
  return options.value_or(ProxyOptions());
}

struct ModeCase {
  const char* name;
  const char* line;
  Mode mode;
  const char* config_file;
};
class ModeTest : public testing::TestWithParam<ModeCase> {};
TEST_P(ModeTest, SaysWhatToDoWithWhichFile) {
  const ProxyOptions options = Parse(GetParam().line);
  EXPECT_EQ(options.mode, GetParam().mode);
  EXPECT_EQ(options.config_file, GetParam().config_file);
}
constexpr const char* kPodFile = "/etc/istio/proxy/outrigger.yaml";
const ModeCase kModes[] = {
    {"Serve", "--config a.yaml", Mode::kServe, "a.yaml"},
    {"ServeWithEquals", "--config=a.yaml", Mode::kServe, "a.yaml"},
    {"Check", "--config a.yaml --check", Mode::kCheck, "a.yaml"},
    {"CheckFirst", "--check --config a.yaml", Mode::kCheck, "a.yaml"},
    {"Help", "--help", Mode::kHelp, ""},
    {"ShortHelp", "-h", Mode::kHelp, ""},
    {"HelpWins", "--config a.yaml --help", Mode::kHelp, "a.yaml"},
    {"Version", "version", Mode::kVersion, ""},
    {"Sidecar", "proxy sidecar", Mode::kServe, kPodFile},
    {"Router", "proxy router", Mode::kServe, kPodFile},
    {"SidecarOfIstiosTemplate",
     "proxy sidecar --domain default.svc.cluster.local --proxyLogLevel=warning"
     " --proxyComponentLogLevel=misc:error --log_output_level=default:info",
     Mode::kServe, kPodFile},
    {"RouterOfIstiosTemplate",
     "proxy router --domain istio-system.svc.cluster.local --proxyLogLevel=warning"
     " --concurrency=2",
     Mode::kServe, kPodFile},
    {"SidecarWithAFileOfItsOwn", "proxy sidecar --config b.yaml", Mode::kServe, "b.yaml"},
    {"Wait", "wait", Mode::kWait, ""},
    {"WaitOfIstiosHook", "wait --periodMillis=500 --requestTimeoutMillis=500", Mode::kWait, ""},
    {"Request", "request POST quitquitquit", Mode::kRequest, ""},
};
INSTANTIATE_TEST_SUITE_P(All, ModeTest, testing::ValuesIn(kModes),
                         [](const auto& row) { return std::string(row.param.name); });

struct ErrorCase {
  const char* name;
  const char* line;
  const char* error;
};
class ErrorTest : public testing::TestWithParam<ErrorCase> {};
TEST_P(ErrorTest, IsOneLineThatSaysWhatIsWrong) {
  std::string error;
  EXPECT_FALSE(ParseProxyOptions(Words(GetParam().line), nullptr, &error).has_value());
  EXPECT_EQ(error, GetParam().error);
}
const ErrorCase kErrors[] = {
    {"Nothing", "", "nothing to do: give --config FILE (see --help)"},
    {"CheckOfNothing", "--check", "nothing to do: give --config FILE (see --help)"},
    {"UnknownOption", "--confg a.yaml", "unknown option --confg (see --help)"},
    {"UnknownCommand", "serve", "unknown command serve (see --help)"},
    {"RequestWithoutPath", "request POST", "request needs METHOD PATH (see --help)"},
    {"RequestWithTooMuch", "request POST a b", "request needs METHOD PATH (see --help)"},
    {"ConfigWithoutValue", "--config", "--config needs a value (see --help)"},
    {"WaitWithoutValue", "wait --timeoutSeconds", "--timeoutSeconds needs a value (see --help)"},
    {"AcceptWithoutFd", "--config a --accept web", "--accept web: want LISTENER=FD"},
    {"AcceptWithoutName", "--config a --accept =3", "--accept =3: want LISTENER=FD"},
    {"AcceptOfNoNumber", "--config a --accept web=x", "--accept web=x: want LISTENER=FD"},
    {"AcceptOfNegative", "--config a --accept web=-1", "--accept web=-1: want LISTENER=FD"},
    {"TimeoutOfNoNumber", "wait --timeoutSeconds 5s", "--timeoutSeconds 5s is not a number"},
    {"DebugPortOfNoNumber", "request GET / --debug-port x", "--debug-port x is not a port"},
    {"DebugPortTooHigh", "request GET / --debug-port 70000", "--debug-port 70000 is not a port"},
};
INSTANTIATE_TEST_SUITE_P(All, ErrorTest, testing::ValuesIn(kErrors),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ProxyOptions, HaveTheDefaultsOfAPod) {
  const ProxyOptions options = Parse("proxy sidecar");
  EXPECT_EQ(options.log_level, "info");
  EXPECT_EQ(options.url, "http://127.0.0.1:15021/healthz/ready");
  EXPECT_EQ(options.timeout_seconds, 60);
  EXPECT_EQ(options.debug_port, 15020);
}

TEST(ProxyOptions, TakeThePodsFileFromTheEnvironment) {
  EXPECT_EQ(Parse("proxy sidecar", "/run/o.yaml").config_file, "/run/o.yaml");
}

TEST(ProxyOptions, AnArgumentBeatsTheEnvironment) {
  EXPECT_EQ(Parse("proxy sidecar --config a.yaml", "/run/o.yaml").config_file, "a.yaml");
}

TEST(ProxyOptions, CollectInheritedSockets) {
  const std::vector<std::pair<std::string, int>> want = {{"web", 3}, {"a=b", 4}};
  EXPECT_EQ(Parse("--config a --accept web=3 --accept=a=b=4").sockets, want);
}

TEST(ProxyOptions, UnderstandEnvoysLogLevel) {
  EXPECT_EQ(Parse("proxy sidecar --proxyLogLevel=warn").log_level, "warning");
  EXPECT_EQ(Parse("proxy sidecar --proxyLogLevel=debug").log_level, "debug");
  EXPECT_EQ(Parse("--config a --log-level trace").log_level, "trace");
}

TEST(ProxyOptions, ReadTheWaitOfAHook) {
  const ProxyOptions options = Parse("wait --url http://10.0.0.1:1/ready --timeoutSeconds=5");
  EXPECT_EQ(options.url, "http://10.0.0.1:1/ready");
  EXPECT_EQ(options.timeout_seconds, 5);
}

TEST(ProxyOptions, ReadTheRequestOfAHook) {
  const ProxyOptions options = Parse("request --debug-port 15000 POST drain?graceful");
  EXPECT_EQ(options.method, "POST");
  EXPECT_EQ(options.path, "/drain?graceful");
  EXPECT_EQ(options.debug_port, 15000);
}

TEST(ProxyOptions, AnEmptyPathIsTheRoot) {
  std::string error;
  const auto options = ParseProxyOptions({"request", "GET", ""}, nullptr, &error);
  ASSERT_TRUE(options.has_value()) << error;
  EXPECT_EQ(options->path, "/");
}

}  // namespace
}  // namespace outrigger::cmd
