#include "cmd/outrigger/analyze.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/cmd/outrigger/run.h"

namespace outrigger::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kReviews[] = R"(apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
)";

class AnalyzeCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "analyze-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  std::filesystem::path directory_;
};

TEST_F(AnalyzeCommandTest, SaysWhenThereIsNothingToSay) {
  const std::string file = Write("reviews.yaml", kReviews);
  const Ran ran = Call(SetUpAnalyze, {file});
  EXPECT_EQ(ran.exit_code, kExitOk);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_EQ(ran.err, "✔ No validation issues found when analyzing " + file + ".\n");
}

TEST_F(AnalyzeCommandTest, ErrorsNameFileLineAndField) {
  Write("reviews.yaml", kReviews);
  const std::string routes = Write("routes.yaml", R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route: [{destination: {host: reviews}, weight: -1}]
)");
  const Ran ran = Call(SetUpAnalyze, {directory_.string()});
  EXPECT_EQ(ran.exit_code, kExitFindings);
  EXPECT_THAT(ran.out, HasSubstr("Error " + routes + ":7: VirtualService default/reviews: "));
  EXPECT_THAT(ran.out, HasSubstr("weight"));
}

TEST_F(AnalyzeCommandTest, WarningsFailOnlyWhenAsked) {
  const std::string file = Write("routes.yaml", R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: nobody}}]}]
)");
  const Ran ran = Call(SetUpAnalyze, {file});
  EXPECT_EQ(ran.exit_code, kExitOk) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("Warning " + file + ":6: VirtualService default/reviews: "));
  EXPECT_EQ(Call(SetUpAnalyze, {file, "--failure-threshold", "Warning"}).exit_code, kExitFindings);
}

TEST_F(AnalyzeCommandTest, TheInstalledGatewaysAreKnown) {
  const std::string file = Write("gateway.yaml", R"(apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
)");
  EXPECT_THAT(Call(SetUpAnalyze, {file}).out, IsEmpty());
}

TEST_F(AnalyzeCommandTest, WhatTheInjectorWouldRefuseIsAnError) {
  const std::string file = Write("web.yaml", R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {status.sidecar.istio.io/port: x}}
    spec: {containers: [{name: web, image: web}]}
)");
  const Ran ran = Call(SetUpAnalyze, {file});
  EXPECT_EQ(ran.exit_code, kExitFindings);
  EXPECT_THAT(ran.out, HasSubstr("web.yaml:1: Deployment default/web: invalid value 'x' for "
                                 "annotation 'status.sidecar.istio.io/port'"));
}

TEST_F(AnalyzeCommandTest, AMissingFileIsAnError) {
  EXPECT_EQ(Call(SetUpAnalyze, {(directory_ / "gone.yaml").string()}).exit_code, kExitFindings);
  EXPECT_EQ(Call(SetUpAnalyze, {}).exit_code, kExitUsage);
}

}  // namespace
}  // namespace outrigger::cli
