#include "injector/workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>

#include "injector/json.h"
#include "injector/owner.h"
#include "tests/injector/pods.h"

namespace outrigger::injector {
namespace {

using testing::MatchesRegex;
using testing::SizeIs;

std::vector<json::object> Pods(const char* yaml) {
  auto pods = WorkloadPods(Yaml(yaml), "default");
  EXPECT_TRUE(pods.ok()) << pods.status();
  return pods.ok() ? *pods : std::vector<json::object>();
}

std::string Meta(const json::object& pod, std::string_view key) {
  return std::string(FindString(*FindObject(pod, "metadata"), key));
}

TEST(WorkloadPodsTest, ADeploymentsPodsLookLikeItsReplicaSets) {
  const auto pods = Pods(R"(
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 2,
 template: {metadata: {labels: {app: web}, annotations: {a: b}}, spec: {containers: [{name: c}]}}}}
)");
  ASSERT_THAT(pods, SizeIs(2));
  EXPECT_THAT(Meta(pods[0], "name"), MatchesRegex("web-[a-z0-9]+-[a-z0-9]+"));
  EXPECT_NE(Meta(pods[0], "name"), Meta(pods[1], "name"));
  EXPECT_TRUE(Meta(pods[0], "name").starts_with(Meta(pods[0], "generateName")));
  EXPECT_EQ(Meta(pods[0], "namespace"), "shop");
  EXPECT_EQ(Label(pods[0], "app"), "web");
  EXPECT_EQ(Annotation(pods[0], "a"), "b");
  EXPECT_EQ("web-" + Label(pods[0], "pod-template-hash") + "-", Meta(pods[0], "generateName"));
  EXPECT_EQ(OwnerOf(pods[0]), (Owner{"web", "Deployment", "apps/v1"}));
  EXPECT_EQ(At(pods[0], "/spec"), json::value(Yaml("containers: [{name: c}]")));
}

TEST(WorkloadPodsTest, NamesAreStableAndFollowTheTemplate) {
  const char* kOne = "{kind: Deployment, metadata: {name: w}, spec: {template: {spec: {a: 1}}}}";
  const char* kTwo = "{kind: Deployment, metadata: {name: w}, spec: {template: {spec: {a: 2}}}}";
  EXPECT_EQ(Pods(kOne), Pods(kOne));
  EXPECT_NE(Meta(Pods(kOne)[0], "generateName"), Meta(Pods(kTwo)[0], "generateName"));
}

TEST(WorkloadPodsTest, AThousandNamesDiffer) {
  std::set<std::string> names;
  for (const json::object& pod : Pods("{kind: Deployment, metadata: {name: w}, spec: {replicas: "
                                      "1000, template: {spec: {}}}}")) {
    names.insert(Meta(pod, "name"));
  }
  EXPECT_THAT(names, SizeIs(1000));
}

TEST(WorkloadPodsTest, AStatefulSetNumbersItsPods) {
  const auto pods = Pods(
      "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, "
      "template: "
      "{spec: {containers: []}}}}");
  ASSERT_THAT(pods, SizeIs(2));
  EXPECT_EQ(Meta(pods[1], "name"), "db-1");
  EXPECT_EQ(Label(pods[1], "apps.kubernetes.io/pod-index"), "1");
  EXPECT_EQ(At(pods[1], "/spec/hostname"), json::value("db-1"));
  EXPECT_EQ(OwnerOf(pods[1]), (Owner{"db", "StatefulSet", "apps/v1"}));
}

struct CountCase {
  const char* yaml;
  std::size_t want;
};
const CountCase kCounts[] = {
    {"{kind: Pod, metadata: {name: p}, spec: {}}", 1},
    {"{kind: Deployment, metadata: {name: p}, spec: {template: {}}}", 1},
    {"{kind: Deployment, metadata: {name: p}, spec: {replicas: 0, template: {}}}", 0},
    {"{kind: DaemonSet, metadata: {name: p}, spec: {replicas: 9, template: {}}}", 1},
    {"{kind: Job, metadata: {name: p}, spec: {parallelism: 3, template: {}}}", 3},
    {"{kind: CronJob, metadata: {name: p}, spec: {jobTemplate: {spec: {template: {}}}}}", 0},
    {"{kind: ReplicationController, metadata: {name: p}, spec: {template: {}}}", 1},
    {"{kind: DeploymentConfig, metadata: {name: p}, spec: {template: {}}}", 1},
    {"{kind: Service, metadata: {name: p}, spec: {template: {}}}", 0},
    {"{spec: {template: {}}}", 0},
};

TEST(WorkloadPodsTest, CountsFollowTheKind) {
  for (const CountCase& row : kCounts) EXPECT_THAT(Pods(row.yaml), SizeIs(row.want)) << row.yaml;
}

TEST(WorkloadPodsTest, BadWorkloadsAreNamed) {
  const struct {
    const char *yaml, *want;
  } kCases[] = {
      {"{kind: Deployment, metadata: {name: w}, spec: {}}",
       "Deployment 'w': spec.template is missing"},
      {"{kind: CronJob, metadata: {name: w}, spec: {template: {}}}",
       "CronJob 'w': spec.jobTemplate.spec.template is missing"},
      {"{kind: Deployment, spec: {template: {}}}", "Deployment '': metadata.name is missing"},
      {"{kind: Deployment, metadata: {name: w}, spec: {replicas: 1001, template: {}}}",
       "Deployment 'w': spec.replicas must be a number from 0 to 1000"},
      {"{kind: Job, metadata: {name: w}, spec: {parallelism: many, template: {}}}",
       "Job 'w': spec.parallelism must be a number from 0 to 1000"},
  };
  for (const auto& row : kCases) {
    const auto pods = WorkloadPods(Yaml(row.yaml), "default");
    ASSERT_FALSE(pods.ok()) << row.yaml;
    EXPECT_EQ(std::string(pods.status().message()), row.want);
  }
}

struct OwnerCase {
  const char *name, *metadata;
  Owner want;
  friend std::ostream& operator<<(std::ostream& out, const OwnerCase& row) {
    return out << row.name;
  }
};
const OwnerCase kOwners[] = {
    {"NamedPodIsItsOwn",
     "{name: p, ownerReferences: [{kind: Job, name: j, apiVersion: batch/v1, controller: true}]}",
     {"p", "Pod", "v1"}},
    {"NoController",
     "{generateName: p-, ownerReferences: [{kind: Node, name: n}]}",
     {"", "Pod", "v1"}},
    {"ReplicaSetOfADeployment",
     "{generateName: w-a1-, labels: {pod-template-hash: a1}, ownerReferences: [{kind: ReplicaSet, "
     "name: w-a1, apiVersion: apps/v1, controller: true}]}",
     {"w", "Deployment", "apps/v1"}},
    {"LoneReplicaSet",
     "{generateName: w-, labels: {pod-template-hash: zz}, ownerReferences: [{kind: ReplicaSet, "
     "name: "
     "w-a1, apiVersion: apps/v1, controller: true}]}",
     {"w-a1", "ReplicaSet", "apps/v1"}},
    {"Rollout",
     "{generateName: w-, labels: {rollouts-pod-template-hash: a1}, ownerReferences: [{kind: "
     "ReplicaSet, name: w-a1, apiVersion: apps/v1, controller: true}]}",
     {"w", "Rollout", "v1alpha1"}},
    {"DeploymentConfig",
     "{generateName: w-1-, labels: {deploymentconfig: w}, ownerReferences: [{kind: "
     "ReplicationController, name: w-1, apiVersion: v1, controller: true}]}",
     {"w", "DeploymentConfig", "v1"}},
    {"CronJob",
     "{generateName: n-28, ownerReferences: [{kind: Job, name: nightly-28123456, apiVersion: "
     "batch/v1, controller: true}]}",
     {"nightly", "CronJob", "batch/v1"}},
    {"JobWithAShortNumber",
     "{generateName: n-, ownerReferences: [{kind: Job, name: step-1234567, apiVersion: batch/v1, "
     "controller: true}]}",
     {"step-1234567", "Job", "batch/v1"}},
};
class OwnerTest : public testing::TestWithParam<OwnerCase> {};

TEST_P(OwnerTest, IsWhatPeopleCallTheWorkload) {
  json::object pod;
  pod["metadata"] = Yaml(GetParam().metadata);
  EXPECT_EQ(OwnerOf(pod), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Pods, OwnerTest, testing::ValuesIn(kOwners), kRowName);

}  // namespace
}  // namespace outrigger::injector
