#include "proxy/router/edge_resolver.h"

#include <gtest/gtest.h>

#include <string>

namespace outrigger::router {
namespace {

using metrics::RequestProtocol;

constexpr const char* kReviews = "reviews.bookinfo.svc.cluster.local";
constexpr const char* kRatings = "ratings.bookinfo.svc.cluster.local";

metrics::WorkloadLabels Labels(const std::string& app, const std::string& version) {
  return {app + "-" + version, "bookinfo", app, version, app, version, "Kubernetes", "unknown"};
}

cluster::ClusterConfig ClusterOf(const std::string& name, metrics::ServiceLabels service = {}) {
  cluster::ClusterConfig config;
  config.name = name;
  config.service = std::move(service);
  return config;
}

/// The proxy of reviews-v2; ratings-v1 lives at 10.0.0.7 and nobody is known anywhere else.
/// Situations are those of the metrics reference, section 4.4.
class EdgeResolverTest : public testing::Test {
 protected:
  EdgeResolverTest() { edges_.Update(Labels("reviews", "v2"), Index("v1")); }

  static std::shared_ptr<const AddressIndex> Index(const std::string& version_of_ratings) {
    auto index = std::make_shared<AddressIndex>();
    index->Add(kRatingsAddress, metrics::Peer(Labels("ratings", version_of_ratings)));
    return index;
  }
  const metrics::EdgeLabels& To(Direction direction, cluster::Endpoint& endpoint,
                                const cluster::ClusterConfig& cluster,
                                std::string_view authority = "ratings:9080") {
    return edges_.ToEndpoint(direction, endpoint, cluster, authority, RequestProtocol::kHttp)
        .labels();
  }

  static inline const SocketAddress kRatingsAddress = *SocketAddress::Parse("10.0.0.7:9080");
  static inline const SocketAddress kStranger = *SocketAddress::Parse("10.9.9.9:1234");
  metrics::Shard shard_{100};
  EdgeResolver edges_{shard_};
  cluster::ClusterConfig ratings_ = ClusterOf("ratings", {kRatings, "ratings", "bookinfo"});
  cluster::ClusterConfig reviews_ = ClusterOf("inbound", {kReviews, "reviews", "bookinfo"});
  cluster::Endpoint endpoint_{{kRatingsAddress, 1}};
  cluster::Endpoint outside_{{kStranger, 1}};
};

TEST_F(EdgeResolverTest, BothInTheMeshSeenFromTheSource) {
  metrics::EdgeLabels want;
  want.reporter = metrics::Reporter::kSource;
  want.source = Labels("reviews", "v2");
  want.destination = Labels("ratings", "v1");
  want.service = {kRatings, "ratings", "bookinfo"};
  want.security = metrics::Security::kNone;
  EXPECT_EQ(To(Direction::kOutbound, endpoint_, ratings_), want);
}

TEST_F(EdgeResolverTest, BothInTheMeshSeenFromTheDestination) {
  metrics::EdgeLabels want;
  want.reporter = metrics::Reporter::kDestination;
  want.source = Labels("ratings", "v1");
  want.destination = Labels("reviews", "v2");
  want.service = {kReviews, "reviews", "bookinfo"};
  want.security = metrics::Security::kNone;
  // A client's port is another one each time.
  const SocketAddress client = *SocketAddress::Parse("10.0.0.7:51234");
  EXPECT_EQ(edges_.FromPeer(client, &reviews_, RequestProtocol::kHttp).labels(), want);
}

TEST_F(EdgeResolverTest, AClientOutsideTheMeshIsUnknown) {
  const auto& labels = edges_.FromPeer(kStranger, &reviews_, RequestProtocol::kHttp).labels();
  EXPECT_EQ(labels.source, metrics::UnknownPeer());
  EXPECT_EQ(labels.destination, Labels("reviews", "v2"));
  EXPECT_EQ(labels.security, metrics::Security::kNone);
}

TEST_F(EdgeResolverTest, AServerOutsideTheMeshIsUnknownButItsServiceIsNot) {
  const auto& labels = To(Direction::kOutbound, outside_, ratings_);
  EXPECT_EQ(labels.destination, metrics::UnknownPeer());
  EXPECT_EQ(labels.service, ratings_.service);
}

TEST_F(EdgeResolverTest, AGatewayReportsAsSource) {
  const auto& labels = To(Direction::kEdge, endpoint_, ratings_);
  EXPECT_EQ(labels.reporter, metrics::Reporter::kSource);
  EXPECT_EQ(labels.source, Labels("reviews", "v2"));
}

TEST_F(EdgeResolverTest, AGatewayWithoutARouteNamesNobody) {
  const auto& labels =
      edges_.ToNobody(Direction::kEdge, nullptr, "made-up.example", RequestProtocol::kHttp)
          .labels();
  EXPECT_EQ(labels.destination, metrics::UnknownPeer());
  EXPECT_EQ(labels.service, metrics::UnknownService());
  EXPECT_EQ(labels.security, metrics::Security::kUnknown);
}

TEST_F(EdgeResolverTest, ASidecarWithoutARouteNamesTheHost) {
  const auto& labels =
      edges_.ToNobody(Direction::kOutbound, nullptr, "example.com", RequestProtocol::kHttp)
          .labels();
  EXPECT_EQ(labels.destination, metrics::UnknownPeer());
  EXPECT_EQ(labels.service, (metrics::ServiceLabels{"example.com", "example.com", "unknown"}));
}

TEST_F(EdgeResolverTest, ARequestThatFoundNoEndpointNamesItsService) {
  const auto& labels =
      edges_.ToNobody(Direction::kOutbound, &ratings_, "ratings:9080", RequestProtocol::kHttp)
          .labels();
  EXPECT_EQ(labels.destination, metrics::UnknownPeer());
  EXPECT_EQ(labels.service, ratings_.service);
}

TEST_F(EdgeResolverTest, PassthroughNamesTheHostOfTheRequest) {
  const auto passthrough = ClusterOf("PassthroughCluster", {"", "PassthroughCluster", ""});
  const auto& labels = To(Direction::kOutbound, outside_, passthrough, "example.com");
  EXPECT_EQ(labels.service,
            (metrics::ServiceLabels{"example.com", "PassthroughCluster", "unknown"}));
}

TEST_F(EdgeResolverTest, PassthroughOfBareTcpHasNoHostToName) {
  const auto passthrough = ClusterOf("PassthroughCluster", {"", "PassthroughCluster", ""});
  const auto& labels =
      edges_.ToEndpoint(Direction::kOutbound, outside_, passthrough, "", RequestProtocol::kTcp)
          .labels();
  EXPECT_EQ(labels.service, (metrics::ServiceLabels{"unknown", "PassthroughCluster", "unknown"}));
  EXPECT_EQ(labels.protocol, RequestProtocol::kTcp);
}

TEST_F(EdgeResolverTest, PassthroughTellsTheHostsOfOneEndpointApart) {
  const auto passthrough = ClusterOf("PassthroughCluster", {"", "PassthroughCluster", ""});
  EXPECT_EQ(To(Direction::kOutbound, outside_, passthrough, "a.example").service.host, "a.example");
  EXPECT_EQ(To(Direction::kOutbound, outside_, passthrough, "b.example").service.host, "b.example");
}

TEST_F(EdgeResolverTest, AnUndeclaredInboundPortIsNamedAfterOurselves) {
  const auto inbound =
      ClusterOf("InboundPassthroughCluster", {"", "InboundPassthroughCluster", ""});
  const auto& labels = edges_.FromPeer(kStranger, &inbound, RequestProtocol::kHttp).labels();
  EXPECT_EQ(labels.service,
            (metrics::ServiceLabels{"reviews", "InboundPassthroughCluster", "bookinfo"}));
}

TEST_F(EdgeResolverTest, AnInboundRequestWithoutAClusterIsNamedAfterOurselves) {
  const auto& labels = edges_.FromPeer(kStranger, nullptr, RequestProtocol::kHttp).labels();
  EXPECT_EQ(labels.service, (metrics::ServiceLabels{"reviews", "reviews", "bookinfo"}));
}

TEST_F(EdgeResolverTest, RemembersTheEdgeOfAnEndpoint) {
  metrics::Edge& first =
      edges_.ToEndpoint(Direction::kOutbound, endpoint_, ratings_, "a", RequestProtocol::kHttp);
  EXPECT_EQ(endpoint_.edge[static_cast<int>(RequestProtocol::kHttp)], &first);
  EXPECT_EQ(
      &edges_.ToEndpoint(Direction::kOutbound, endpoint_, ratings_, "b", RequestProtocol::kHttp),
      &first);
}

TEST_F(EdgeResolverTest, TellsTheProtocolsOfAnEndpointApart) {
  metrics::Edge& http =
      edges_.ToEndpoint(Direction::kOutbound, endpoint_, ratings_, "a", RequestProtocol::kHttp);
  metrics::Edge& grpc =
      edges_.ToEndpoint(Direction::kOutbound, endpoint_, ratings_, "a", RequestProtocol::kGrpc);
  EXPECT_NE(&http, &grpc);
  EXPECT_EQ(grpc.labels().protocol, RequestProtocol::kGrpc);
}

TEST_F(EdgeResolverTest, TellsTheClustersAndProtocolsOfAPeerApart) {
  metrics::Edge& http = edges_.FromPeer(kStranger, &reviews_, RequestProtocol::kHttp);
  EXPECT_EQ(&edges_.FromPeer(kStranger, &reviews_, RequestProtocol::kHttp), &http);
  EXPECT_NE(&edges_.FromPeer(kStranger, &reviews_, RequestProtocol::kTcp), &http);
  EXPECT_NE(&edges_.FromPeer(kStranger, &ratings_, RequestProtocol::kHttp), &http);
  EXPECT_NE(&edges_.FromPeer(kRatingsAddress, &reviews_, RequestProtocol::kHttp), &http);
}

TEST_F(EdgeResolverTest, LooksAnEndpointUpAgainAfterAnUpdate) {
  EXPECT_EQ(To(Direction::kOutbound, endpoint_, ratings_).destination.version, "v1");
  edges_.Update(Labels("reviews", "v2"), Index("v9"));
  EXPECT_EQ(To(Direction::kOutbound, endpoint_, ratings_).destination.version, "v9");
}

TEST_F(EdgeResolverTest, LooksAPeerUpAgainAfterAnUpdate) {
  const auto version = [&] {
    return edges_.FromPeer(kRatingsAddress, &reviews_, RequestProtocol::kHttp)
        .labels()
        .source.version;
  };
  EXPECT_EQ(version(), "v1");
  edges_.Update(Labels("reviews", "v2"), Index("v9"));
  EXPECT_EQ(version(), "v9");
}

TEST_F(EdgeResolverTest, KnowsAPeerByItsMappedAddressToo) {
  const SocketAddress mapped = *SocketAddress::Parse("[::ffff:10.0.0.7]:40000");
  EXPECT_EQ(edges_.FromPeer(mapped, &reviews_, RequestProtocol::kHttp).labels().source.workload,
            "ratings-v1");
}

}  // namespace
}  // namespace outrigger::router
