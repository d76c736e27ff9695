#include "cmd/outrigger/inject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "injector/inject.h"
#include "proxy/config/document.h"
#include "tests/cmd/outrigger/run.h"

namespace outrigger::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Ran Inject(const std::string& input, std::vector<std::string> flags = {}) {
  flags.insert(flags.begin(), {"-f", "-"});
  return Call(SetUpInject, flags, input);
}

std::vector<config::Document> Parse(const std::string& text) {
  config::Problems problems;
  auto documents = config::ReadDocuments(text, "out.yaml", &problems);
  EXPECT_TRUE(problems.empty()) << problems << text;
  return documents;
}

std::string Containers(const config::Document& document, const std::string& pod) {
  std::string names;
  for (std::size_t i = 0;; ++i) {
    const std::string at = pod + "/spec/containers/" + std::to_string(i) + "/name";
    if (document.Find(at) == nullptr) return names;
    names += (names.empty() ? "" : ",") + std::string(document.FindString(at));
  }
}

TEST(InjectCommandTest, OtherKindsComeBackByteForByte) {
  const std::string service = "# a comment\nkind:   Service\nspec: {ports: [ {port: 0x50} ]}\n";
  const Ran ran = Inject(service + "---\nkind: ConfigMap");
  EXPECT_EQ(ran.exit_code, kExitOk);
  EXPECT_EQ(ran.out, service + "---\nkind: ConfigMap\n---\n");
  EXPECT_THAT(ran.err, IsEmpty());
}

struct KindCase {
  const char *kind, *spec, *pod;
};
const KindCase kKinds[] = {
    {"Deployment", "spec: {template: {spec: {containers: [{name: a}]}}}", "/spec/template"},
    {"DaemonSet", "spec: {template: {spec: {containers: [{name: a}]}}}", "/spec/template"},
    {"ReplicaSet", "spec: {template: {spec: {containers: [{name: a}]}}}", "/spec/template"},
    {"StatefulSet", "spec: {template: {spec: {containers: [{name: a}]}}}", "/spec/template"},
    {"Job", "spec: {template: {spec: {containers: [{name: a}]}}}", "/spec/template"},
    {"ReplicationController", "spec: {template: {spec: {containers: [{name: a}]}}}",
     "/spec/template"},
    {"DeploymentConfig", "spec: {template: {spec: {containers: [{name: a}]}}}", "/spec/template"},
    {"CronJob", "spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a}]}}}}}",
     "/spec/jobTemplate/spec/template"},
    {"Pod", "spec: {containers: [{name: a}]}", ""},
};

TEST(InjectCommandTest, EveryKindOfWorkloadGetsASidecar) {
  for (const KindCase& row : kKinds) {
    const Ran ran = Inject("apiVersion: v1\nkind: " + std::string(row.kind) +
                           "\nmetadata: {name: w}\n" + row.spec);
    EXPECT_EQ(ran.exit_code, kExitOk) << ran.err;
    const auto documents = Parse(ran.out);
    ASSERT_EQ(documents.size(), 1u) << row.kind;
    EXPECT_EQ(Containers(documents[0], row.pod), "a,istio-proxy") << row.kind;
    const std::string status = "/metadata/annotations/sidecar.istio.io~1status";
    EXPECT_NE(documents[0].Find(row.pod + status), nullptr) << row.kind;
    if (std::string(row.kind) == "CronJob") {
      EXPECT_NE(documents[0].Find("/spec/jobTemplate" + status), nullptr);
    }
    if (*row.pod != '\0') {
      EXPECT_EQ(documents[0].Find(status), nullptr) << row.kind;
    }
  }
}

TEST(InjectCommandTest, ListsAreChangedInside) {
  const Ran ran = Inject(R"({"apiVersion": "v1", "kind": "List", "items": [
    {"kind": "Service", "metadata": {"name": "s"}},
    {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}}]})");
  const auto documents = Parse(ran.out);
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_EQ(Containers(documents[0], "/items/1"), "a,istio-proxy");
  EXPECT_EQ(documents[0].FindString("/items/0/kind"), "Service");
}

TEST(InjectCommandTest, SkippedWorkloadsAreSaidAndEchoed) {
  const std::string input =
      "kind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {hostNetwork: true}\n---\n"
      "kind: Pod\nmetadata: {name: q, labels: {sidecar.istio.io/inject: 'false'}}\nspec: {}\n---\n";
  const Ran ran = Inject(input);
  EXPECT_EQ(ran.exit_code, kExitOk);
  EXPECT_EQ(ran.out, input);
  EXPECT_EQ(ran.err,
            "===> Skipping injection because Pod \"shop/p\" has host networking enabled\n"
            "===> Skipping injection because Pod \"default/q\" has sidecar injection disabled\n");
}

TEST(InjectCommandTest, OwnerIsTheWorkloadAndNamespaceTheFlags) {
  const Ran ran = Inject(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: hello}\n"
      "spec: {template: {spec: {containers: []}}}\n",
      {"-n", "shop"});
  EXPECT_THAT(ran.out, HasSubstr("kubernetes://apis/apps/v1/namespaces/shop/deployments/hello"));
  EXPECT_THAT(ran.out, HasSubstr("service.istio.io/canonical-name: hello"));
}

TEST(InjectCommandTest, FlagsChooseTheImage) {
  const std::string pod = "kind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n";
  EXPECT_THAT(Inject(pod).out, HasSubstr("outrigger/proxyv2:" OUTRIGGER_VERSION));
  EXPECT_THAT(Inject(pod, {"--hub", "reg.example/x", "--tag", "t1"}).out,
              HasSubstr("image: reg.example/x/proxyv2:t1"));
}

TEST(InjectCommandTest, InjectingTheOutputChangesNothing) {
  const std::string once =
      Inject("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n").out;
  EXPECT_EQ(Inject(once).out, once);
}

TEST(InjectCommandTest, ProblemsNameFileLineAndObjectAndWriteNothing) {
  const Ran ran = Inject(
      "kind: Service\n---\n\nkind: Deployment\nmetadata: {name: w}\n"
      "spec: {template: {metadata: {annotations: {status.sidecar.istio.io/port: x}}, spec: {}}}\n");
  EXPECT_EQ(ran.exit_code, kExitError);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_EQ(ran.err,
            "stdin:4: Deployment \"default/w\": invalid value 'x' for annotation "
            "'status.sidecar.istio.io/port': is not a port from 0 to 65535\n");
}

TEST(InjectCommandTest, UnparsableInputHasItsOwnExitCode) {
  const Ran ran = Inject("kind: [\n");
  EXPECT_EQ(ran.exit_code, kExitUnparsable);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, HasSubstr("stdin:"));
}

TEST(InjectCommandTest, NeedsAFile) {
  EXPECT_EQ(Call(SetUpInject, {}).err, "filename not specified (see --filename or -f)\n");
  EXPECT_EQ(Call(SetUpInject, {}).exit_code, kExitUsage);
  const Ran ran = Call(SetUpInject, {"-f", "/does/not/exist.yaml"});
  EXPECT_EQ(ran.exit_code, kExitError);
  EXPECT_EQ(ran.err, "/does/not/exist.yaml: No such file or directory\n");
}

/// A directory of this test's own that goes away with it.
class InjectFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "inject-XXXXXX").string();
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

TEST_F(InjectFilesTest, OutputGoesToTheFile) {
  const std::string out = (directory_ / "out.yaml").string();
  const Ran ran = Inject("kind: Service\n", {"-o", out});
  EXPECT_EQ(ran.exit_code, kExitOk);
  EXPECT_THAT(ran.out, IsEmpty());
  std::ifstream file(out);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "kind: Service\n---\n");
  EXPECT_EQ(Inject("kind: Service\n", {"-o", directory_.string()}).exit_code, kExitError);
}

TEST_F(InjectFilesTest, ConfigurationFilesAreRead) {
  const std::string pod = "kind: Pod\nmetadata: {name: p, labels: {app: old}}\nspec: {}\n";
  const std::string values = Write("values.yaml", "global: {hub: from.values, tag: v9}\n");
  const std::string mesh = Write("mesh.yaml", "trustDomain: example.org\n");
  const std::string config =
      Write("config.yaml", "policy: disabled\nneverInjectSelector: [{matchLabels: {app: x}}]\n");
  const Ran ran = Inject(pod, {"--valuesFile", values, "--meshConfigFile", mesh,
                               "--injectConfigFile", config, "--tag", "v10"});
  EXPECT_THAT(ran.out, HasSubstr("image: from.values/proxyv2:v10"));
  EXPECT_THAT(ran.out, HasSubstr("value: example.org"));
  const std::string broken = Write("broken.yaml", "global: {hub: []}\n");
  EXPECT_EQ(Inject(pod, {"--valuesFile", broken}).err, broken + ": global.hub is not a string\n");
}

/// The manifests of the real bookinfo, when somebody has put them where this variable says.
TEST(InjectCommandTest, BookinfoIsInjectedAsAWhole) {
  const char* directory = std::getenv("OUTRIGGER_BOOKINFO");
  const std::filesystem::path file =
      directory != nullptr ? std::filesystem::path(directory) / "platform/kube/bookinfo.yaml"
                           : std::filesystem::path(OUTRIGGER_SOURCE_DIR) /
                                 "../shared/data/bookinfo/platform/kube/bookinfo.yaml";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "needs Istio's bookinfo.yaml; set OUTRIGGER_BOOKINFO to the sample's directory";
  }
  const Ran ran = Call(SetUpInject, {"-f", file.string()});
  ASSERT_EQ(ran.exit_code, kExitOk) << ran.err;
  int deployments = 0;
  for (const config::Document& document : Parse(ran.out)) {
    if (document.kind() != "Deployment") continue;
    ++deployments;
    EXPECT_THAT(Containers(document, "/spec/template"), testing::EndsWith(",istio-proxy"));
    EXPECT_EQ(
        document.FindString("/spec/template/metadata/labels/service.istio.io~1canonical-name"),
        document.FindString("/metadata/labels/app"));
  }
  EXPECT_EQ(deployments, 6);
  EXPECT_EQ(Call(SetUpInject, {"-f", "-"}, ran.out).out, ran.out);
}

}  // namespace
}  // namespace outrigger::cli
