// What a sidecar is told beside routing rules: listeners, chains, clusters, names.
#include <gtest/gtest.h>

#include "tests/control/interpreter.h"
#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

constexpr const char* kClient = "client-0";

std::string DomainsOf(const v1::RouteTable& table, std::string_view name) {
  for (const auto& host : table.virtual_hosts()) {
    if (host.name() != name) continue;
    std::string text;
    for (const std::string& domain : host.domains()) text += (text.empty() ? "" : " ") + domain;
    return text;
  }
  return "no virtual host " + std::string(name);
}

TEST(Outbound, HttpServicesOfAPortShareOneChainAndTable) {
  MeshFixture mesh;
  mesh.AddService("details", 9080);
  mesh.AddService("reviews", 9080);
  mesh.AddPod("client");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  const v1::Listener& listener = ListenerNamed(config, "virtualOutbound");
  EXPECT_EQ(listener.address(), "0.0.0.0:15001");
  EXPECT_EQ(listener.direction(), v1::DIRECTION_OUTBOUND);
  EXPECT_EQ(listener.capture().passthrough_cluster(), "PassthroughCluster");
  EXPECT_EQ(NamesOf(listener.capture().chains()), "virtualOutbound-blackhole 0.0.0.0_9080");
  const v1::CaptureChain& chain = ChainNamed(listener, "0.0.0.0_9080");
  EXPECT_EQ(chain.ShortDebugString(),
            "name: \"0.0.0.0_9080\" port: 9080 protocol: PROTOCOL_HTTP http { route_table: "
            "\"9080\" }");
  EXPECT_EQ(NamesOf(TableNamed(config, "9080").virtual_hosts()),
            "details.default.svc.cluster.local:9080 reviews.default.svc.cluster.local:9080 "
            "allow_any");
}

TEST(Outbound, AServiceAnswersToAllItsNames) {
  MeshFixture mesh;
  mesh.AddService("reviews", 9080);
  mesh.AddPod("client");
  mesh.AddPod("far", {}, "other");
  EXPECT_EQ(DomainsOf(TableNamed(mesh.ConfigOf("default", kClient), "9080"),
                      "reviews.default.svc.cluster.local:9080"),
            "reviews.default.svc.cluster.local reviews.default.svc.cluster.local. "
            "reviews.default.svc reviews.default reviews 10.96.0.1");
  // The bare name belongs to the client's own namespace.
  EXPECT_EQ(DomainsOf(TableNamed(mesh.ConfigOf("other", "far-0"), "9080"),
                      "reviews.default.svc.cluster.local:9080"),
            "reviews.default.svc.cluster.local reviews.default.svc.cluster.local. "
            "reviews.default.svc reviews.default 10.96.0.1");
}

TEST(Outbound, ClusterHasReadyPodsAndTheService) {
  MeshFixture mesh;
  mesh.AddService("reviews", 9080);
  mesh.AddPod("reviews", "v1");
  mesh.AddPod("reviews", "v2").ready = false;
  mesh.AddPod("reviews", "v3");
  mesh.AddPod("client");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  const v1::Cluster& cluster =
      ClusterNamed(config, "outbound|9080||reviews.default.svc.cluster.local");
  EXPECT_EQ(EndpointsOf(cluster), "10.0.0.1:9080 10.0.0.3:9080");
  EXPECT_EQ(cluster.service().ShortDebugString(),
            "host: \"reviews.default.svc.cluster.local\" name: \"reviews\" namespace: \"default\"");
  EXPECT_EQ(ClusterNamed(config, "PassthroughCluster").ShortDebugString(),
            "name: \"PassthroughCluster\" type: CLUSTER_TYPE_ORIGINAL_DST service { name: "
            "\"PassthroughCluster\" }");
}

TEST(Outbound, TcpGoesByAddressStraightToItsCluster) {
  MeshFixture mesh;
  mesh.AddService("mongodb", 27017, "mongo");
  mesh.AddPod("client");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  EXPECT_EQ(
      ChainNamed(ListenerNamed(config, "virtualOutbound"), "10.96.0.1_27017").ShortDebugString(),
      "name: \"10.96.0.1_27017\" address: \"10.96.0.1\" port: 27017 protocol: PROTOCOL_TCP tcp { "
      "cluster: \"outbound|27017||mongodb.default.svc.cluster.local\" }");
  EXPECT_TRUE(config.route_tables().empty() || NamesOf(config.route_tables()) == "")
      << NamesOf(config.route_tables());
}

TEST(Outbound, HttpAndTcpShareAPortNumber) {
  MeshFixture mesh;
  mesh.AddService("a-http", 9000, "http");
  mesh.AddService("b-tcp", 9000, "tcp");
  mesh.AddPod("client");
  EXPECT_EQ(
      NamesOf(
          ListenerNamed(mesh.ConfigOf("default", kClient), "virtualOutbound").capture().chains()),
      "virtualOutbound-blackhole 0.0.0.0_9000 10.96.0.2_9000");
}

TEST(Outbound, APortThatSaysNothingIsSniffed) {
  MeshFixture mesh;
  mesh.AddService("web", 8000, "web");
  mesh.AddPod("web");
  mesh.AddPod("client");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  const v1::CaptureChain& chain =
      ChainNamed(ListenerNamed(config, "virtualOutbound"), "10.96.0.1_8000");
  EXPECT_EQ(chain.protocol(), v1::PROTOCOL_AUTO);
  EXPECT_EQ(chain.http().route_table(), "web.default.svc.cluster.local:8000");
  EXPECT_EQ(chain.tcp().cluster(), "outbound|8000||web.default.svc.cluster.local");
  // Its address has chosen it already: any Host will do.
  EXPECT_EQ(Answer(config, "web.default.svc.cluster.local:8000", {.host = "whatever"}), "all");
}

TEST(Outbound, HeadlessServicesKeepTheDestinationTheAppChose) {
  MeshFixture mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432, name: tcp}, {port: 80, name: http}]}
)");
  mesh.AddPod("db", "a");
  mesh.AddPod("db", "b");
  mesh.AddPod("client");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  EXPECT_EQ(NamesOf(ListenerNamed(config, "virtualOutbound").capture().chains()),
            "virtualOutbound-blackhole 10.0.0.1_5432 10.0.0.2_5432 0.0.0.0_80");
  const v1::Cluster& cluster = ClusterNamed(config, "outbound|5432||db.default.svc.cluster.local");
  EXPECT_EQ(cluster.type(), v1::CLUSTER_TYPE_ORIGINAL_DST);
  EXPECT_EQ(EndpointsOf(cluster), "");
  EXPECT_EQ(Answer(config, "80", {.host = "db-0.db.default.svc.cluster.local"}), "all");
}

TEST(Outbound, UdpPortsAreNotOurs) {
  MeshFixture mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: dns}
spec: {selector: {app: dns}, ports: [{port: 53, name: dns, protocol: UDP}, {port: 53, name: dns-tcp}]}
)");
  mesh.AddPod("client");
  EXPECT_EQ(NamesOf(mesh.ConfigOf("default", kClient).clusters()),
            "PassthroughCluster BlackHoleCluster outbound|53||dns.default.svc.cluster.local "
            "InboundPassthroughCluster");
}

TEST(Outbound, TargetPortsByNumberAndName) {
  MeshFixture mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, name: http, targetPort: 8080}, {port: 81, name: http-b, targetPort: admin}]
)");
  mesh.AddPod("web", "a").ports = {{"admin", 9001}};
  mesh.AddPod("web", "b");  // has no port of that name
  mesh.AddPod("client");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  EXPECT_EQ(EndpointsOf(ClusterNamed(config, "outbound|80||web.default.svc.cluster.local")),
            "10.0.0.1:8080 10.0.0.2:8080");
  EXPECT_EQ(EndpointsOf(ClusterNamed(config, "outbound|81||web.default.svc.cluster.local")),
            "10.0.0.1:9001");
}

TEST(Outbound, ServicesNotExportedToTheClientAreUnknown) {
  MeshFixture mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: private, namespace: a, annotations: {networking.istio.io/exportTo: "."}}
spec: {selector: {app: private}, ports: [{port: 80, name: http}]}
)");
  mesh.AddPod("client");
  EXPECT_EQ(NamesOf(mesh.ConfigOf("default", kClient).clusters()),
            "PassthroughCluster BlackHoleCluster InboundPassthroughCluster");
}

constexpr std::string_view kForeign = R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ext}
spec: {hosts: [ext.example.com], http: [{route: [{destination: {host: web}}]}]}
)";

TEST(Outbound, AHostWithoutServiceIsRoutedOnPort80Only) {
  MeshFixture mesh;
  mesh.AddService("web", 80);
  mesh.AddService("reviews", 9080);
  mesh.AddPod("web");
  mesh.AddPod("client");
  mesh.Apply(kForeign);
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  EXPECT_EQ(Answer(config, "80", {.host = "ext.example.com"}), "all");
  EXPECT_EQ(Answer(config, "9080", {.host = "ext.example.com"}), "PassthroughCluster");
}

TEST(Outbound, AHostBesideAServiceIsRoutedOnThatServicesPorts) {
  MeshFixture mesh;
  mesh.AddService("web", 80);
  mesh.AddService("reviews", 9080);
  mesh.AddPod("reviews");
  mesh.AddPod("client");
  mesh.Apply(R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mixed}
spec: {hosts: [ext.example.com, reviews], http: [{route: [{destination: {host: reviews}}]}]}
)");
  const v1::ProxyConfig config = mesh.ConfigOf("default", kClient);
  EXPECT_EQ(Answer(config, "9080", {.host = "ext.example.com"}), "all");
  EXPECT_EQ(Answer(config, "80", {.host = "ext.example.com"}), "PassthroughCluster");
}

TEST(Outbound, TheMostSpecificPatternOwnsAService) {
  MeshFixture mesh;
  mesh.AddService("reviews", 9080);
  mesh.AddPod("client");
  mesh.Apply(R"(
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a-wide}
spec: {hosts: ["*.cluster.local"], http: [{directResponse: {status: 200, body: {string: wide}}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: b-narrow}
spec: {hosts: ["*.default.svc.cluster.local"], http: [{directResponse: {status: 200, body: {string: narrow}}}]}
)");
  EXPECT_EQ(Answer(mesh.ConfigOf("default", kClient), "9080", {.host = "reviews"}), "200 narrow");
}

TEST(Inbound, EachTargetPortHasAChainNamedAfterIt) {
  MeshFixture mesh;
  mesh.AddService("reviews", 9080);
  mesh.AddPod("reviews", "v1");
  const v1::ProxyConfig config = mesh.ConfigOf("default", "reviews-v1-0");
  const v1::Listener& listener = ListenerNamed(config, "virtualInbound");
  EXPECT_EQ(listener.address(), "0.0.0.0:15006");
  EXPECT_EQ(listener.direction(), v1::DIRECTION_INBOUND);
  EXPECT_EQ(listener.capture().passthrough_cluster(), "InboundPassthroughCluster");
  EXPECT_EQ(ChainNamed(listener, "0.0.0.0_9080").ShortDebugString(),
            "name: \"0.0.0.0_9080\" port: 9080 protocol: PROTOCOL_HTTP http { route_table: "
            "\"inbound|9080||\" }");
  EXPECT_EQ(ClusterNamed(config, "inbound|9080||").ShortDebugString(),
            "name: \"inbound|9080||\" type: CLUSTER_TYPE_ORIGINAL_DST service { host: "
            "\"reviews.default.svc.cluster.local\" name: \"reviews\" namespace: \"default\" } "
            "source_address: \"127.0.0.6\"");
  EXPECT_EQ(TableNamed(config, "inbound|9080||").ShortDebugString(),
            "name: \"inbound|9080||\" virtual_hosts { name: \"inbound|http\" domains: \"*\" routes "
            "{ name: \"default\" clusters { name: \"inbound|9080||\" weight: 1 } } }");
}

TEST(Inbound, TheOldestServiceNamesAPort) {
  MeshFixture mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: a-new, creationTimestamp: "2026-02-01T00:00:00Z"}
spec: {selector: {app: x}, ports: [{port: 80, name: tcp, targetPort: 9080}]}
---
apiVersion: v1
kind: Service
metadata: {name: b-old, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {selector: {app: x}, ports: [{port: 9080, name: http}]}
)");
  mesh.AddPod("x");
  const v1::ProxyConfig config = mesh.ConfigOf("default", "x-0");
  EXPECT_EQ(ClusterNamed(config, "inbound|9080||").service().name(), "b-old");
  EXPECT_EQ(ChainNamed(ListenerNamed(config, "virtualInbound"), "0.0.0.0_9080").protocol(),
            v1::PROTOCOL_HTTP);
}

TEST(Inbound, TcpAndSniffedPorts) {
  MeshFixture mesh;
  mesh.Apply(R"(
apiVersion: v1
kind: Service
metadata: {name: x}
spec: {selector: {app: x}, ports: [{port: 5432, name: tcp}, {port: 8000, name: web}]}
)");
  mesh.AddPod("x");
  const v1::ProxyConfig config = mesh.ConfigOf("default", "x-0");
  const v1::Listener& listener = ListenerNamed(config, "virtualInbound");
  EXPECT_EQ(ChainNamed(listener, "0.0.0.0_5432").tcp().cluster(), "inbound|5432||");
  EXPECT_FALSE(ChainNamed(listener, "0.0.0.0_5432").has_http());
  EXPECT_EQ(ChainNamed(listener, "0.0.0.0_8000").protocol(), v1::PROTOCOL_AUTO);
  EXPECT_EQ(ChainNamed(listener, "0.0.0.0_8000").http().route_table(), "inbound|8000||");
  EXPECT_EQ(ChainNamed(listener, "0.0.0.0_8000").tcp().cluster(), "inbound|8000||");
}

TEST(Sidecar, DualStackPodsListenOnBothFamilies) {
  MeshFixture mesh;
  mesh.AddPod("x").addresses = {"10.0.0.1", "fd00::1"};
  const v1::ProxyConfig config = mesh.ConfigOf("default", "x-0");
  EXPECT_EQ(ListenerNamed(config, "virtualOutbound").address(), "[::]:15001");
  EXPECT_EQ(ListenerNamed(config, "virtualInbound").address(), "[::]:15006");
}

TEST(Sidecar, KnowsItselfAndEveryPod) {
  MeshFixture mesh;
  mesh.AddPod("reviews", "v1");
  mesh.AddPod("plain", {}, "default", ProxyRole::kNone);
  const v1::ProxyConfig config = mesh.ConfigOf("default", "reviews-v1-0");
  EXPECT_EQ(config.node().ShortDebugString(),
            "namespace: \"default\" workload: \"reviews-v1\" canonical_name: \"reviews\" "
            "canonical_revision: \"v1\" app: \"reviews\" version: \"v1\" cluster_id: "
            "\"Kubernetes\" pod: \"reviews-v1-0\" service_account: \"default\" trust_domain: "
            "\"cluster.local\" addresses: \"10.0.0.1\"");
  EXPECT_EQ(NamesOf(config.workloads()), "plain reviews-v1");
}

struct IdentityRow {
  std::string_view name;
  Labels labels;
  std::string_view want;  // workload, canonical name, canonical revision
};
void PrintTo(const IdentityRow& row, std::ostream* out) { *out << row.name; }

const IdentityRow kIdentities[] = {
    {"NothingButTheDeployment", {}, "dep dep latest"},
    {"App", {{"app", "a"}, {"version", "v1"}}, "dep a v1"},
    {"RecommendedLabelsWin",
     {{"app", "a"},
      {"app.kubernetes.io/name", "b"},
      {"version", "v1"},
      {"app.kubernetes.io/version", "v2"}},
     "dep b v2"},
    {"CanonicalLabelsWinOverAll",
     {{"app.kubernetes.io/name", "b"},
      {"service.istio.io/canonical-name", "c"},
      {"service.istio.io/canonical-revision", "r"}},
     "dep c r"},
    {"WorkloadNameLabel", {{"service.istio.io/workload-name", "w"}}, "w w latest"},
};

class PodIdentity : public testing::TestWithParam<IdentityRow> {};

TEST_P(PodIdentity, FollowsTheLabelRules) {
  Pod pod;
  pod.name = "dep-1";
  pod.workload = "dep";
  pod.labels = GetParam().labels;
  EXPECT_EQ(WorkloadName(pod) + " " + CanonicalName(pod) + " " + CanonicalRevision(pod),
            GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Labels, PodIdentity, testing::ValuesIn(kIdentities),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(PodIdentity, ABarePodIsItsOwnWorkload) {
  Pod pod;
  pod.name = "toolbox";
  EXPECT_EQ(WorkloadName(pod), "toolbox");
}

}  // namespace
}  // namespace outrigger::control
