#include "injector/admission.h"

#include <absl/strings/escaping.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <ostream>
#include <string>

#include "injector/json.h"
#include "injector/json_patch.h"
#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

json::object ReviewOf(const json::object& pod) {
  return {{"apiVersion", "admission.k8s.io/v1"},
          {"kind", "AdmissionReview"},
          {"request", {{"uid", "u-1"}, {"namespace", "shop"}, {"object", pod}}}};
}

json::object Answer(std::string_view body, std::string_view path = "/inject",
                    const InjectorOptions& options = {}) {
  const AdmissionResponse response = ReviewPod({path, "application/json", body}, options);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  return json::parse(View(response.body)).as_object();
}

json::array PatchOf(const json::object& answer) {
  const json::value patch = At(answer, "/response/patch");
  if (patch.is_null()) return {};
  std::string text;
  EXPECT_TRUE(absl::Base64Unescape(std::string(View(patch.as_string())), &text));
  return json::parse(text).as_array();
}

TEST(AdmissionTest, ThePatchedPodIsTheInjectedPod) {
  const json::object pod = Yaml(R"(
metadata:
  generateName: web-5d-
  labels: {app: web}
  annotations: {"odd~key/x": value}
  managedFields: [{manager: kubectl}]
spec:
  containers:
  - {name: web, readinessProbe: {httpGet: {port: 80}}}
  initContainers: [{name: first}]
)");
  const json::object answer = Answer(ToText(ReviewOf(pod)));
  EXPECT_EQ(FindString(answer, "apiVersion"), "admission.k8s.io/v1");
  EXPECT_EQ(FindString(answer, "kind"), "AdmissionReview");
  EXPECT_EQ(At(answer, "/response/uid"), json::value("u-1"));
  EXPECT_EQ(At(answer, "/response/allowed"), json::value(true));
  EXPECT_EQ(At(answer, "/response/patchType"), json::value("JSONPatch"));
  // What the injector did not touch stays, the bookkeeping included.
  EXPECT_EQ(ApplyPatch(pod, PatchOf(answer)), json::value(MustInject(pod, {}, {"shop", {}, {}})));
}

TEST(AdmissionTest, NeitherNamespaceNorManagedFieldsAreChanges) {
  json::object pod = PodWith("");
  pod["metadata"] = Yaml("managedFields: [{}]");
  for (const json::value& operation : PatchOf(Answer(ToText(ReviewOf(pod))))) {
    const std::string path(View(operation.at("path").as_string()));
    EXPECT_EQ(path.find("namespace"), std::string::npos);
    EXPECT_EQ(path.find("managedFields"), std::string::npos);
  }
}

TEST(AdmissionTest, MetadataIsAddedWhereThereIsNone) {
  const json::object pod = PodWith("");
  const json::value patched = ApplyPatch(pod, PatchOf(Answer(ToText(ReviewOf(pod)))));
  EXPECT_EQ(patched, json::value(MustInject(pod, {}, {"shop", {}, {}})));
}

TEST(AdmissionTest, ReviewingThePatchedPodChangesNothing) {
  const json::object pod = PodWith("prometheus.io/port: '81'");
  const json::value patched = ApplyPatch(pod, PatchOf(Answer(ToText(ReviewOf(pod)))));
  const json::object again = Answer(ToText(ReviewOf(patched.as_object())));
  EXPECT_EQ(At(again, "/response/allowed"), json::value(true));
  EXPECT_EQ(At(again, "/response/patch"), json::value());
}

TEST(AdmissionTest, SkippedPodsAreAllowedWithoutAPatch) {
  const json::object answer = Answer(ToText(ReviewOf(Yaml("spec: {hostNetwork: true}"))));
  EXPECT_EQ(At(answer, "/response"), json::value(Yaml("{uid: u-1, allowed: true}")));
}

TEST(AdmissionTest, BadAnnotationsRefuseThePod) {
  const json::object answer =
      Answer(ToText(ReviewOf(PodWith("status.sidecar.istio.io/port: high"))));
  EXPECT_EQ(At(answer, "/response/allowed"), json::value(false));
  EXPECT_EQ(At(answer, "/response/status/message"),
            json::value("failed to run injection template: invalid value 'high' for annotation "
                        "'status.sidecar.istio.io/port': is not a port from 0 to 65535"));
}

TEST(AdmissionTest, EchoesTheOlderVersion) {
  json::object review = ReviewOf(PodWith(""));
  review["apiVersion"] = "admission.k8s.io/v1beta1";
  EXPECT_EQ(FindString(Answer(ToText(review)), "apiVersion"), "admission.k8s.io/v1beta1");
}

struct Unreadable {
  const char *name, *body, *uid, *message;
  friend std::ostream& operator<<(std::ostream& out, const Unreadable& row) {
    return out << row.name;
  }
};
const Unreadable kUnreadable[] = {
    {"NotJson", "{", "", "the body is not an AdmissionReview in JSON: incomplete JSON"},
    {"NotAnObject", "[]", "", "the body is not an AdmissionReview in JSON"},
    {"NoRequest", "{}", "", "the AdmissionReview has no request"},
    {"NoObject", R"({"request":{"uid":"7"}})", "7", "the AdmissionReview's request has no object"},
    {"NoPod", R"({"request":{"uid":"7","object":{"spec":1}}})", "7",
     "the pod cannot be decoded: spec is not an object"},
    {"InvalidUtf8", "{\"request\":\"\xff\"}", "",
     "the body is not an AdmissionReview in JSON: syntax error"},
};
class UnreadableReviewTest : public testing::TestWithParam<Unreadable> {};

TEST_P(UnreadableReviewTest, IsDeniedWithTheReason) {
  const json::object answer = Answer(GetParam().body);
  EXPECT_EQ(FindString(answer, "apiVersion"), "admission.k8s.io/v1");
  EXPECT_EQ(At(answer, "/response/uid"), json::value(GetParam().uid));
  EXPECT_EQ(At(answer, "/response/allowed"), json::value(false));
  const std::string message(View(At(answer, "/response/status/message").as_string()));
  EXPECT_TRUE(message.starts_with(GetParam().message)) << message;
}
INSTANTIATE_TEST_SUITE_P(Bodies, UnreadableReviewTest, testing::ValuesIn(kUnreadable), kRowName);

TEST(AdmissionTest, DeepNestingIsDeniedNotFollowed) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_EQ(At(Answer(deep), "/response/allowed"), json::value(false));
}

TEST(AdmissionTest, RequestsThatAreNoReviewGetAnHttpError) {
  EXPECT_EQ(ReviewPod({"/inject", "application/json", ""}, {}).status, 400);
  EXPECT_EQ(
      ReviewPod({"/inject", "application/json", std::string(kMaxReviewBytes + 1, ' ')}, {}).status,
      400);
  EXPECT_EQ(ReviewPod({"/inject", "application/json; charset=utf-8", "{}"}, {}).status, 415);
  EXPECT_EQ(ReviewPod({"/inject", "", "{}"}, {}).status, 415);
}

TEST(AdmissionTest, PathParametersBecomeEnvironment) {
  const struct {
    const char* path;
    Labels want;
  } kCases[] = {
      {"/inject", {}},
      {"/inject/", {}},
      {"/inject/cluster/c1/net/n1",
       {{"ISTIO_META_CLUSTER_ID", "c1"}, {"ISTIO_META_NETWORK", "n1"}}},
      {"/inject/foo/a--slash--b--slash--c/odd", {{"FOO", "a/b/c"}}},
      {"/inject/foo/--slash--", {{"FOO", "/"}}},
      {"/inject/:ENV:cluster=c1:ENV:x=y=z:ENV:broken",
       {{"ISTIO_META_CLUSTER_ID", "c1"}, {"X", "y=z"}}},
  };
  for (const auto& row : kCases) EXPECT_EQ(EnvironmentOfPath(row.path), row.want) << row.path;
  const json::object pod = PodWith("");
  const json::value patched =
      ApplyPatch(pod, PatchOf(Answer(ToText(ReviewOf(pod)), "/inject/cluster/c1/foo/bar")));
  EXPECT_EQ(Env(Container(patched.as_object(), "istio-proxy"), "ISTIO_META_CLUSTER_ID"), "c1");
  EXPECT_EQ(Env(Container(patched.as_object(), "istio-proxy"), "FOO"), "bar");
}

struct Diff {
  const char *name, *from, *to;
  int operations;  // -1: any number
  friend std::ostream& operator<<(std::ostream& out, const Diff& row) { return out << row.name; }
};
const Diff kDiffs[] = {
    {"Equal", R"({"a":[1,{"b":2}]})", R"({"a":[1,{"b":2}]})", 0},
    {"OrderOfKeysDoesNotCount", R"({"a":1,"b":2})", R"({"b":2,"a":1})", 0},
    {"Members", R"({"a":1,"b":2})", R"({"b":3,"c":4})", 3},
    {"EscapedKeys", R"({"x/y":1,"m~n":1})", R"({"x/y":2,"m~n":2,"~1":3})", 3},
    {"WholeValue", R"({"a":{}})", R"({"a":[]})", 1},
    {"Root", "1", "2", 1},
    {"NamedInsertFront", R"({"c":[{"name":"a"}]})", R"({"c":[{"name":"b"},{"name":"a"}]})", 1},
    {"NamedRemoveFront", R"({"c":[{"name":"b"},{"name":"a"}]})", R"({"c":[{"name":"a"}]})", 1},
    {"NamedChangeAndInsert", R"({"c":[{"name":"a","x":1},{"name":"d"}]})",
     R"({"c":[{"name":"b"},{"name":"a","x":2},{"name":"c"},{"name":"d"}]})", 3},
    {"NamedReplaceAll", R"({"c":[{"name":"a"},{"name":"b"}]})", R"({"c":[{"name":"x"}]})", 3},
    {"NamedReorder", R"({"c":[{"name":"a"},{"name":"b"}]})", R"({"c":[{"name":"b"},{"name":"a"}]})",
     -1},
    {"SameNames", R"({"c":[{"name":"a"},{"name":"a"}]})", R"({"c":[{"name":"a","x":1}]})", -1},
    {"PlainLists", "[1,2,3]", "[1,9]", 2},
    {"PlainListGrows", "[]", "[1,2]", 2},
};
class DiffJsonTest : public testing::TestWithParam<Diff> {};

TEST_P(DiffJsonTest, LeadsFromOneToTheOther) {
  const json::value from = json::parse(GetParam().from);
  const json::value to = json::parse(GetParam().to);
  const json::array patch = DiffJson(from, to);
  EXPECT_EQ(ApplyPatch(from, patch), to) << patch;
  if (GetParam().operations >= 0) {
    EXPECT_EQ(static_cast<int>(patch.size()), GetParam().operations) << patch;
  }
}
INSTANTIATE_TEST_SUITE_P(Values, DiffJsonTest, testing::ValuesIn(kDiffs), kRowName);

}  // namespace
}  // namespace outrigger::injector
