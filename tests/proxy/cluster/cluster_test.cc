#include "proxy/cluster/cluster.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace outrigger::cluster {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr int kDraws = 8000;

EndpointConfig At(const std::string& ip, std::uint32_t weight = 1) {
  return {*SocketAddress::FromIp(ip, 80), weight};
}

std::shared_ptr<const ClusterConfig> Config(std::vector<EndpointConfig> endpoints,
                                            LoadBalancer load_balancer) {
  auto config = std::make_shared<ClusterConfig>();
  config->name = "c";
  config->endpoints = std::move(endpoints);
  config->load_balancer = load_balancer;
  return config;
}

/// Which part of kDraws each endpoint gets, by address.
std::map<std::string, double> Shares(Cluster& cluster, std::span<const EndpointPtr> tried = {}) {
  std::map<std::string, double> shares;
  for (int i = 0; i < kDraws; ++i) shares[cluster.Pick(tried)->config.address.ip()] += 1.0 / kDraws;
  return shares;
}

class AnyLoadBalancer : public testing::TestWithParam<LoadBalancer> {};

INSTANTIATE_TEST_SUITE_P(All, AnyLoadBalancer,
                         testing::Values(LoadBalancer::kLeastRequest, LoadBalancer::kRoundRobin,
                                         LoadBalancer::kRandom),
                         [](const auto& row) -> std::string {
                           switch (row.param) {
                             case LoadBalancer::kLeastRequest:
                               return "LeastRequest";
                             case LoadBalancer::kRoundRobin:
                               return "RoundRobin";
                             case LoadBalancer::kRandom:
                               return "Random";
                           }
                           return "";
                         });

TEST_P(AnyLoadBalancer, FindsNothingInAnEmptyCluster) {
  Cluster cluster(Config({}, GetParam()), kSeed);
  EXPECT_EQ(cluster.Pick({}), nullptr);
}

TEST_P(AnyLoadBalancer, SharesEvenlyBetweenEqualEndpoints) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2"), At("10.0.0.3")}, GetParam()), kSeed);
  const auto shares = Shares(cluster);
  ASSERT_EQ(shares.size(), 3u);
  for (const auto& [ip, share] : shares) EXPECT_NEAR(share, 1.0 / 3, 0.03) << ip;
}

TEST_P(AnyLoadBalancer, AvoidsWhatWasTriedWhileOthersExist) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2", 1000), At("10.0.0.3", 1000)}, GetParam()),
                  kSeed);
  const EndpointPtr tried[] = {cluster.endpoints()[1], cluster.endpoints()[2]};
  const auto shares = Shares(cluster, tried);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares.begin()->first, "10.0.0.1");
}

TEST_P(AnyLoadBalancer, TriesAgainWhatWasTriedWhenNothingElseExists) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2")}, GetParam()), kSeed);
  const EndpointPtr tried[] = {cluster.endpoints()[0], cluster.endpoints()[1]};
  EXPECT_NE(cluster.Pick(tried), nullptr);
}

TEST_P(AnyLoadBalancer, SurvivesTheLossOfEndpoints) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2", 3), At("10.0.0.3", 5)}, GetParam()),
                  kSeed);
  Shares(cluster);
  cluster.Update(Config({At("10.0.0.2", 3)}, GetParam()));
  EXPECT_EQ(Shares(cluster).size(), 1u);
  cluster.Update(Config({}, GetParam()));
  EXPECT_EQ(cluster.Pick({}), nullptr);
}

TEST(LeastRequest, PrefersTheLessLoadedEndpoint) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2")}, LoadBalancer::kLeastRequest), kSeed);
  cluster.endpoints()[0]->active = 5;
  // The busy one is chosen only when both choices fall on it.
  EXPECT_NEAR(Shares(cluster)["10.0.0.1"], 0.25, 0.03);
}

TEST(LeastRequest, FollowsTheWeightsWhenNobodyIsBusy) {
  Cluster cluster(Config({At("10.0.0.1", 3), At("10.0.0.2", 1)}, LoadBalancer::kLeastRequest),
                  kSeed);
  EXPECT_NEAR(Shares(cluster)["10.0.0.1"], 0.75, 0.03);
}

TEST(LeastRequest, AHeavyEndpointMayBeBusierThanALightOne) {
  Cluster cluster(Config({At("10.0.0.1", 3), At("10.0.0.2", 1)}, LoadBalancer::kLeastRequest),
                  kSeed);
  cluster.endpoints()[0]->active = 2;  // 2/3 per weight against 1/1
  cluster.endpoints()[1]->active = 1;
  EXPECT_NEAR(Shares(cluster)["10.0.0.1"], 15.0 / 16, 0.03);
}

TEST(RoundRobin, GoesAroundInOrder) {
  Cluster cluster(
      Config({At("10.0.0.1"), At("10.0.0.2"), At("10.0.0.3")}, LoadBalancer::kRoundRobin), kSeed);
  for (int round = 0; round < 3; ++round) {
    for (const EndpointPtr& endpoint : cluster.endpoints()) EXPECT_EQ(cluster.Pick({}), endpoint);
  }
}

TEST(RandomChoice, FollowsTheWeights) {
  Cluster cluster(
      Config({At("10.0.0.1", 1), At("10.0.0.2", 2), At("10.0.0.3", 7)}, LoadBalancer::kRandom),
      kSeed);
  auto shares = Shares(cluster);
  EXPECT_NEAR(shares["10.0.0.1"], 0.1, 0.03);
  EXPECT_NEAR(shares["10.0.0.2"], 0.2, 0.03);
  EXPECT_NEAR(shares["10.0.0.3"], 0.7, 0.03);
}

class Mark final : public EndpointAttachment {};

TEST(ClusterUpdate, KeepsEndpointsThatStayWithTheirLoadAndAttachment) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2")}, LoadBalancer::kRandom), kSeed);
  const EndpointPtr stays = cluster.endpoints()[1];
  stays->active = 4;
  stays->attachment = std::make_unique<Mark>();
  const EndpointAttachment* attachment = stays->attachment.get();
  cluster.Update(Config({At("10.0.0.2", 9), At("10.0.0.3")}, LoadBalancer::kRandom));
  ASSERT_EQ(cluster.endpoints().size(), 2u);
  EXPECT_EQ(cluster.endpoints()[0], stays);
  EXPECT_EQ(stays->active, 4u);
  EXPECT_EQ(stays->attachment.get(), attachment);
  EXPECT_EQ(stays->config.weight, 9u);
}

TEST(ClusterUpdate, TellsPortsOfOneAddressApart) {
  Cluster cluster(Config({{*SocketAddress::Parse("10.0.0.1:80"), 1}}, LoadBalancer::kRandom),
                  kSeed);
  const EndpointPtr before = cluster.endpoints()[0];
  cluster.Update(Config({{*SocketAddress::Parse("10.0.0.1:81"), 1}}, LoadBalancer::kRandom));
  EXPECT_NE(cluster.endpoints()[0], before);
}

TEST(ClusterUpdate, LetsGoOfEndpointsThatLeave) {
  Cluster cluster(Config({At("10.0.0.1"), At("10.0.0.2")}, LoadBalancer::kRandom), kSeed);
  const std::weak_ptr<Endpoint> gone = cluster.endpoints()[0];
  cluster.Update(Config({At("10.0.0.2")}, LoadBalancer::kRandom));
  EXPECT_TRUE(gone.expired());
}

class OriginalDestination : public testing::Test {
 protected:
  static std::shared_ptr<const ClusterConfig> Passthrough() {
    auto config = std::make_shared<ClusterConfig>();
    config->original_destination = true;
    return config;
  }
  static constexpr auto kAllIdle = [](const Endpoint&) { return true; };
  Cluster cluster_{Passthrough(), kSeed};
  SocketAddress address_ = *SocketAddress::Parse("192.0.2.1:443");
};

TEST_F(OriginalDestination, MakesOneEndpointPerAddressAndPort) {
  const EndpointPtr endpoint = cluster_.ForAddress(address_);
  EXPECT_EQ(endpoint->config.address, address_);
  EXPECT_EQ(cluster_.ForAddress(address_), endpoint);
  EXPECT_NE(cluster_.ForAddress(*SocketAddress::Parse("192.0.2.1:80")), endpoint);
}

TEST_F(OriginalDestination, SurvivesAnUpdate) {
  const EndpointPtr endpoint = cluster_.ForAddress(address_);
  cluster_.Update(Passthrough());
  EXPECT_EQ(cluster_.ForAddress(address_), endpoint);
}

TEST_F(OriginalDestination, IsForgottenWhenNobodyUsesIt) {
  const std::weak_ptr<Endpoint> endpoint = cluster_.ForAddress(address_);
  cluster_.ForgetUnused(kAllIdle);
  EXPECT_TRUE(endpoint.expired());
}

TEST_F(OriginalDestination, IsKeptWhileSomebodyHoldsIt) {
  const EndpointPtr endpoint = cluster_.ForAddress(address_);
  cluster_.ForgetUnused(kAllIdle);
  EXPECT_EQ(cluster_.ForAddress(address_), endpoint);
}

TEST_F(OriginalDestination, IsKeptWhileItHasRequestsOrIdleConnections) {
  const std::weak_ptr<Endpoint> endpoint = cluster_.ForAddress(address_);
  endpoint.lock()->active = 1;
  cluster_.ForgetUnused(kAllIdle);
  EXPECT_FALSE(endpoint.expired());
  endpoint.lock()->active = 0;
  cluster_.ForgetUnused([](const Endpoint&) { return false; });
  EXPECT_FALSE(endpoint.expired());
}

}  // namespace
}  // namespace outrigger::cluster
