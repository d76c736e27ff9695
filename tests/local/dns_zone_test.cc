#include "local/dns_zone.h"

#include <gtest/gtest.h>

namespace outrigger::local {
namespace {

struct Case {
  std::string name;
  std::string asked;
  std::string client_namespace;
  bool found;
};

class DnsZoneTest : public testing::TestWithParam<Case> {};

TEST_P(DnsZoneTest, KnowsTheFormsThatKubernetesKnows) {
  DnsZone zone;
  zone.Add("reviews", "shop", {Ipv4::Of(10, 96, 1, 1)});
  EXPECT_EQ(zone.Find(GetParam().asked, GetParam().client_namespace).has_value(), GetParam().found);
}

const Case kCases[] = {
    {"BareInOwnNamespace", "reviews", "shop", true},
    {"BareFromElsewhere", "reviews", "default", false},
    {"WithNamespace", "reviews.shop", "default", true},
    {"WithSvc", "reviews.shop.svc", "default", true},
    {"Full", "reviews.shop.svc.cluster.local", "", true},
    {"OtherNamespace", "reviews.default.svc.cluster.local", "shop", false},
    {"SearchListTooDeep", "reviews.shop.default.svc.cluster.local", "shop", false},
    {"BareWithSvcIsNoName", "reviews.svc", "shop", false},
    {"OutsideWorld", "www.example.com", "shop", false},
    {"Empty", "", "shop", false},
};
INSTANTIATE_TEST_SUITE_P(All, DnsZoneTest, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DnsZoneAddressTest, HeadlessWithoutPodsIsAKnownNameWithoutAddresses) {
  DnsZone zone;
  zone.Add("db", "shop", {});
  const auto found = zone.Find("db.shop", "shop");
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->empty());
}

}  // namespace
}  // namespace outrigger::local
