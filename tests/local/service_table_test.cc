#include "local/service_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/registry.h"
#include "control/store.h"

namespace outrigger::local {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kServices = R"(
kind: Service
apiVersion: v1
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}, {name: grpc-web, port: 80, targetPort: api}]}
---
kind: Service
apiVersion: v1
metadata: {name: empty}
spec: {clusterIP: 10.96.0.77, selector: {app: nobody}, ports: [{port: 53, protocol: UDP}]}
---
kind: Service
apiVersion: v1
metadata: {name: peers}
spec: {clusterIP: None, selector: {app: reviews}, ports: [{port: 9080}]}
)";

struct Fixture {
  control::Store store;
  std::vector<control::Pod> pods;
  control::MeshOptions options;

  Fixture() {
    config::Problems problems;
    store.AddText(kServices, "s.yaml", &problems);
    EXPECT_FALSE(problems.has_errors()) << problems;
    options.service_addresses = AssignServiceAddresses(store);
    AddPod("a", "10.244.0.2", true);
    AddPod("b", "10.244.0.3", true);
    AddPod("c", "10.244.0.4", false);
  }
  void AddPod(const std::string& name, const std::string& address, bool ready) {
    control::Pod pod;
    pod.ns = "default";
    pod.name = name;
    pod.addresses = {address};
    pod.labels = {{"app", "reviews"}};
    pod.ports = {{"api", 8000}};
    pod.ready = ready;
    pods.push_back(pod);
  }
};

TEST(ServiceTableTest, AddressesAreStableUniqueAndInRange) {
  Fixture f;
  const auto addresses = AssignServiceAddresses(f.store);
  ASSERT_EQ(addresses.size(), 1U);  // the others say what they want
  const auto address = Ipv4::Parse(addresses.at("default/reviews").front());
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->value >> 16U, kServiceNetwork.value >> 16U);
  EXPECT_EQ(addresses, AssignServiceAddresses(f.store));
}

TEST(ServiceTableTest, ManyServicesAllGetAnAddressOfTheirOwn) {
  control::Store store;
  config::Problems problems;
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "---\nkind: Service\napiVersion: v1\nmetadata: {name: s" + std::to_string(i) +
            "}\nspec: {ports: [{port: 1}]}\n";
  }
  store.AddText(text, "s.yaml", &problems);
  std::set<std::string> unique;
  for (const auto& [name, addresses] : AssignServiceAddresses(store))
    unique.insert(addresses.front());
  EXPECT_EQ(unique.size(), 3000U);
}

TEST(ServiceTableTest, RulesSpreadOverReadyPodsAndRefuseTheRest) {
  Fixture f;
  const control::Registry registry(f.store, f.pods, f.options);
  const std::string rules = RenderServiceRules(registry);
  EXPECT_THAT(
      rules, HasSubstr("numgen random mod 2 map { 0 : 10.244.0.2 . 9080, 1 : 10.244.0.3 . 9080 }"));
  EXPECT_THAT(rules, HasSubstr("0 : 10.244.0.2 . 8000"));   // a named target port
  EXPECT_THAT(rules, Not(HasSubstr("10.244.0.4 . 9080")));  // not ready
  EXPECT_THAT(rules, HasSubstr("elements = { 10.96.0.77 . udp . 53 }"));
  EXPECT_THAT(rules, HasSubstr("10.244.0.2 . 10.244.0.2"));  // a pod that calls itself
}

TEST(ServiceTableTest, ZoneHasVipsAndPodsOfHeadlessServices) {
  Fixture f;
  const control::Registry registry(f.store, f.pods, f.options);
  const DnsZone zone = ServiceZone(registry);
  EXPECT_EQ(zone.Find("reviews", "default")->size(), 1U);
  EXPECT_EQ(zone.Find("peers.default", "")->size(), 2U);
  EXPECT_EQ(zone.Find("empty.default", "")->front(), Ipv4::Of(10, 96, 0, 77));
}

TEST(ServiceTableTest, VariablesAreThoseOfKubernetes) {
  Fixture f;
  const control::Registry registry(f.store, f.pods, f.options);
  const auto variables = ServiceVariables(registry, "default");
  const std::string vip = f.options.service_addresses.at("default/reviews").front();
  EXPECT_EQ(variables.at("REVIEWS_SERVICE_HOST"), vip);
  EXPECT_EQ(variables.at("REVIEWS_SERVICE_PORT"), "9080");
  EXPECT_EQ(variables.at("REVIEWS_SERVICE_PORT_GRPC_WEB"), "80");
  EXPECT_EQ(variables.at("REVIEWS_PORT"), "tcp://" + vip + ":9080");
  EXPECT_EQ(variables.at("REVIEWS_PORT_80_TCP_ADDR"), vip);
  EXPECT_EQ(variables.at("EMPTY_PORT_53_UDP_PROTO"), "udp");
  EXPECT_FALSE(variables.contains("PEERS_SERVICE_HOST"));
  EXPECT_TRUE(ServiceVariables(registry, "elsewhere").empty());
}

}  // namespace
}  // namespace outrigger::local
