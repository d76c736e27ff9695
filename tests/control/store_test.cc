#include "control/store.h"

#include <gtest/gtest.h>

namespace outrigger::control {
namespace {

constexpr std::string_view kService =
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";

TEST(Store, ObjectsWithoutNamespaceGetTheDefault) {
  Store store("shop");
  config::Problems problems;
  store.AddText(kService, "a.yaml", &problems);
  store.AddText("apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n", "a.yaml", &problems);
  EXPECT_TRUE(problems.empty()) << problems;
  EXPECT_NE(store.Find(Kind::kService, "shop", "web"), nullptr);
  EXPECT_NE(store.Find(Kind::kNamespace, "", "other"), nullptr);
}

TEST(Store, UnknownKindsAreSkippedWithOneLine) {
  Store store;
  config::Problems problems;
  store.AddText("---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {}\n", "a.yaml",
                &problems);
  ASSERT_EQ(problems.items().size(), 1u);
  EXPECT_EQ(ToString(problems.items()[0]),
            "a.yaml:3: kind: batch/v1 Job 'j' is not a kind we use; skipped");
  EXPECT_TRUE(store.resources().empty());
}

TEST(Store, GatewayOfTheGatewayApiIsAnotherKind) {
  EXPECT_EQ(FindKind("gateway.networking.k8s.io/v1", "Gateway"), std::nullopt);
  for (const char* version : {"v1", "v1beta1", "v1alpha3"}) {
    EXPECT_EQ(FindKind(std::string("networking.istio.io/") + version, "Gateway"), Kind::kGateway);
  }
  EXPECT_EQ(FindKind("networking.istio.io/v2", "Gateway"), std::nullopt);
  EXPECT_EQ(FindKind("v1", "Deployment"), std::nullopt);
}

TEST(Store, TheLaterOfTwoReplacesTheEarlier) {
  Store store;
  config::Problems problems;
  store.AddText(kService, "a.yaml", &problems);
  store.AddText(kService, "b.yaml", &problems);
  ASSERT_EQ(problems.items().size(), 1u);
  EXPECT_EQ(ToString(problems.items()[0]),
            "b.yaml:1: Service default/web: replaces the one from a.yaml:1; keep only one of them");
  EXPECT_EQ(store.Find(Kind::kService, "default", "web")->document.file(), "b.yaml");
}

TEST(Store, ListsAreTakenApart) {
  Store store;
  config::Problems problems;
  store.AddText(
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}, "
      "spec: {ports: [{port: 1}]}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n",
      "list.yaml", &problems);
  EXPECT_TRUE(problems.empty()) << problems;
  EXPECT_NE(store.Find(Kind::kService, "default", "a"), nullptr);
  EXPECT_NE(store.Find(Kind::kConfigMap, "default", "b"), nullptr);
}

TEST(Store, WhatIsNoObjectIsAnError) {
  Store store;
  config::Problems problems;
  store.AddText("hello: world\n", "a.yaml", &problems);
  store.AddText("apiVersion: v1\nkind: Service\nspec: {}\n", "a.yaml", &problems);
  store.AddText("apiVersion: v1\nkind: Service\nmetadata: {name: A_b}\n", "a.yaml", &problems);
  ASSERT_EQ(problems.items().size(), 3u) << problems;
  EXPECT_EQ(ToString(problems.items()[0]),
            "a.yaml:1: not a Kubernetes object: apiVersion and kind are required");
  EXPECT_EQ(problems.items()[1].message, "Service without a name");
  EXPECT_EQ(
      ToString(problems.items()[2]),
      "a.yaml:3: Service default/A_b: metadata.name: 'A_b' is not a name (lower case letters, "
      "digits, dashes)");
}

TEST(Store, AllIsOldestFirst) {
  Store store;
  config::Problems problems;
  const auto add = [&](const std::string& name, const std::string& created) {
    store.AddText("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + created + "}\n",
                  "a.yaml", &problems);
  };
  add("b", "");
  add("a", "");
  add("d", ", creationTimestamp: '2026-01-02T00:00:00Z'");
  add("c", ", creationTimestamp: '2026-01-03T00:00:00Z'");
  std::string order;
  for (const Resource* resource : store.All(Kind::kConfigMap)) order += resource->key.name;
  EXPECT_EQ(order, "dcab");
}

}  // namespace
}  // namespace outrigger::control
