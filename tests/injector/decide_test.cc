#include "injector/decide.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "injector/webhook.h"
#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

// Two control planes look at the same pod: the default one (D) and revision canary (C).
// Rows are the namespace's labels, columns the pod's; '-' is nobody.

struct Row {
  const char* name;
  Labels labels;
  const char* want;  // one letter per column
  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }
};

const Row kMatrix[] = {
    {"NoLabels", {}, "-CDC"},
    {"RevisionCanary", {{"istio.io/rev", "canary"}}, "CCCC"},
    {"Enabled", {{"istio-injection", "enabled"}}, "DDDD"},
    {"Disabled", {{"istio-injection", "disabled"}}, "----"},
    {"AnotherValueIsNotEnabled", {{"istio-injection", "yes"}}, "----"},
    {"EnabledBeatsRevision", {{"istio-injection", "enabled"}, {"istio.io/rev", "canary"}}, "DDDD"},
    {"DisabledBeatsRevision",
     {{"istio-injection", "disabled"}, {"istio.io/rev", "canary"}},
     "----"},
    {"RevisionDefault", {{"istio.io/rev", "default"}}, "DDDD"},
};

const Labels kColumns[] = {{},
                           {{"istio.io/rev", "canary"}},
                           {{"sidecar.istio.io/inject", "true"}},
                           {{"sidecar.istio.io/inject", "true"}, {"istio.io/rev", "canary"}}};

char WhoInjects(const Labels& ns, const Labels& pod, bool by_default = false) {
  InjectorOptions standard;
  standard.enable_namespaces_by_default = by_default;
  InjectorOptions canary;
  canary.revision = "canary";
  const bool d = SelectedByWebhook({"shop", ns}, pod, standard).inject;
  const bool c = SelectedByWebhook({"shop", ns}, pod, canary).inject;
  EXPECT_FALSE(d && c) << "two control planes want the pod";
  return d ? 'D' : c ? 'C' : '-';
}

class WebhookMatrixTest : public testing::TestWithParam<Row> {};

TEST_P(WebhookMatrixTest, ChoosesTheControlPlane) {
  std::string got;
  for (const Labels& pod : kColumns) got += WhoInjects(GetParam().labels, pod);
  EXPECT_EQ(got, GetParam().want);
}

TEST_P(WebhookMatrixTest, FalseOnThePodStopsEveryone) {
  for (Labels pod : kColumns) {
    pod["sidecar.istio.io/inject"] = "false";
    EXPECT_EQ(WhoInjects(GetParam().labels, pod), '-');
    EXPECT_EQ(WhoInjects(GetParam().labels, pod, true), '-');
  }
}

TEST_P(WebhookMatrixTest, AtMostOneEntryMatches) {
  InjectorOptions options;
  const auto entries = WebhookEntries({"", true});
  for (const Labels& pod : kColumns) {
    int matches = 0;
    for (const WebhookEntry& entry : entries) {
      matches +=
          Matches(entry.namespace_match, GetParam().labels) && Matches(entry.object_match, pod) ? 1
                                                                                                : 0;
    }
    EXPECT_LE(matches, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Namespaces, WebhookMatrixTest, testing::ValuesIn(kMatrix), kRowName);

TEST(WebhookTest, UnlabelledNamespacesCanBeInjectedByDefault) {
  EXPECT_EQ(WhoInjects({{"kubernetes.io/metadata.name", "shop"}}, {}, true), 'D');
  EXPECT_EQ(WhoInjects({{"kubernetes.io/metadata.name", "kube-system"}}, {}, true), '-');
  EXPECT_EQ(WhoInjects({{"istio-injection", "disabled"}}, {}, true), '-');
}

struct PolicyCase {
  const char* name;
  const char* pod;  // YAML
  const char* namespace_name;
  bool want;
  const char* reason;
  friend std::ostream& operator<<(std::ostream& out, const PolicyCase& row) {
    return out << row.name;
  }
};

const PolicyCase kPolicyCases[] = {
    {"Enabled", "spec: {}", "shop", true, "the injector's policy is enabled"},
    {"HostNetworkEvenWhenAsked",
     "{metadata: {labels: {sidecar.istio.io/inject: 'true'}}, spec: {hostNetwork: true}}", "shop",
     false, "the pod uses the host's network"},
    {"HostNetworkFalseIsNothing", "spec: {hostNetwork: false}", "shop", true,
     "the injector's policy is enabled"},
    {"SystemNamespaceEvenWhenAsked",
     "{metadata: {labels: {sidecar.istio.io/inject: 'true'}}, spec: {}}", "kube-public", false,
     "namespace kube-public is never injected"},
    {"LabelFalse", "{metadata: {labels: {sidecar.istio.io/inject: 'false'}}, spec: {}}", "shop",
     false, "the pod has label sidecar.istio.io/inject=false"},
    {"LabelBeatsAnnotation",
     "{metadata: {labels: {sidecar.istio.io/inject: 'true'}, "
     "annotations: {sidecar.istio.io/inject: 'false'}}, spec: {}}",
     "shop", true, "the pod has label sidecar.istio.io/inject=true"},
    {"EmptyLabelHidesTheAnnotation",
     "{metadata: {labels: {sidecar.istio.io/inject: ''}, "
     "annotations: {sidecar.istio.io/inject: 'false'}}, spec: {}}",
     "shop", true, "the injector's policy is enabled"},
    {"AnnotationFalse", "{metadata: {annotations: {sidecar.istio.io/inject: 'false'}}, spec: {}}",
     "shop", false, "the pod has annotation sidecar.istio.io/inject=false"},
    {"OtherWordsSayNothing",
     "{metadata: {annotations: {sidecar.istio.io/inject: 'True'}}, spec: {}}", "shop", true,
     "the injector's policy is enabled"},
    {"NeverSelector", "{metadata: {labels: {app: legacy}}, spec: {}}", "shop", false,
     "a neverInjectSelector matches"},
    {"AskingBeatsNeverSelector",
     "{metadata: {labels: {app: legacy, sidecar.istio.io/inject: 'true'}}, spec: {}}", "shop", true,
     "the pod has label sidecar.istio.io/inject=true"},
};

class PolicyTest : public testing::TestWithParam<PolicyCase> {};

TEST_P(PolicyTest, FirstDecisiveStepWins) {
  InjectorOptions options;
  options.never_inject = {{}, {{"app", Requirement::Operator::kIn, {"legacy"}}}};
  const Decision got = AllowedByPolicy(Yaml(GetParam().pod), GetParam().namespace_name, options);
  EXPECT_EQ(got.inject, GetParam().want);
  EXPECT_EQ(got.reason, GetParam().reason);
}
INSTANTIATE_TEST_SUITE_P(Steps, PolicyTest, testing::ValuesIn(kPolicyCases), kRowName);

TEST(PolicyTest, AlwaysSelectorBeatsADisabledPolicy) {
  InjectorOptions options;
  options.policy = "disabled";
  options.always_inject = {{{"app", Requirement::Operator::kExists, {}}}};
  EXPECT_TRUE(
      AllowedByPolicy(Yaml("{metadata: {labels: {app: a}}, spec: {}}"), "x", options).inject);
  EXPECT_FALSE(AllowedByPolicy(Yaml("spec: {}"), "x", options).inject);
}

TEST(PolicyTest, AnUnknownPolicyNeverInjects) {
  InjectorOptions options;
  options.policy = "sometimes";
  const Decision got = AllowedByPolicy(
      Yaml("{metadata: {labels: {sidecar.istio.io/inject: 'true'}}, spec: {}}"), "x", options);
  EXPECT_FALSE(got.inject);
  EXPECT_EQ(got.reason, "the injector's policy 'sometimes' is neither 'enabled' nor 'disabled'");
}

TEST(DecideTest, NamesTheGateThatSaidNo) {
  const json::object pod =
      Yaml("{metadata: {annotations: {sidecar.istio.io/inject: 'true'}}, spec: {}}");
  EXPECT_EQ(Decide({"shop", {}}, pod, {}).reason,
            "namespace shop has no label istio-injection=enabled and the pod has no label "
            "sidecar.istio.io/inject=true");
  EXPECT_EQ(Decide({"shop", {{"istio-injection", "disabled"}}}, pod, {}).reason,
            "namespace shop has label istio-injection=disabled");
  EXPECT_EQ(Decide({"shop", {{"istio.io/rev", "canary"}}}, pod, {}).reason,
            "namespace shop belongs to revision canary");
  const Decision yes = Decide({"shop", {{"istio-injection", "enabled"}}}, pod, {});
  EXPECT_TRUE(yes.inject);
  EXPECT_EQ(yes.reason, "namespace shop has label istio-injection=enabled");
}

}  // namespace
}  // namespace outrigger::injector
