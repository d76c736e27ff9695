// The bookinfo manifests as users have them: each file of networking/ with bookinfo.yaml.
//
// The files are third-party data outside this repository: OUTRIGGER_SHARED names the directory that
// holds data/bookinfo; without it `../shared` beside the source tree is tried. Not found: skipped.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/control/interpreter.h"
#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

namespace fs = std::filesystem;

fs::path DataDirectory() {
  const char* shared = std::getenv("OUTRIGGER_SHARED");
  const fs::path root = shared != nullptr ? fs::path(shared)
                                          : fs::path(OUTRIGGER_SOURCE_DIR).parent_path() / "shared";
  return root / "data" / "bookinfo";
}

std::string ReadText(const fs::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Bookinfo : public testing::Test, public MeshFixture {
 protected:
  void SetUp() override {
    if (!fs::exists(DataDirectory())) {
      GTEST_SKIP() << "no bookinfo manifests at " << DataDirectory()
                   << "; set OUTRIGGER_SHARED to the directory that has data/bookinfo";
    }
    Load("platform/kube/bookinfo.yaml");
    AddPod("details", "v1");
    AddPod("productpage", "v1");
    AddPod("ratings", "v1");
    for (const char* version : {"v1", "v2", "v3"}) AddPod("reviews", version);
    AddIngressGateway();
  }
  void Load(const std::string& file) {
    Apply(ReadText(DataDirectory() / file), fs::path(file).filename().string());
  }
  std::string Ask(const std::string& client, const std::string& host, const Request& request = {}) {
    Request asked = request;
    asked.host = host + ":9080";
    return Answer(ConfigOf("default", client + "-0"), "9080", asked);
  }
};

constexpr const char* kPage = "productpage-v1";
const Request kJason = {.headers = {{"end-user", "jason"}}};

TEST_F(Bookinfo, MeshWithoutRulesReachesEveryService) {
  EXPECT_TRUE(problems.empty()) << problems;
  const v1::ProxyConfig config = ConfigOf("default", "productpage-v1-0");
  EXPECT_EQ(NamesOf(ListenerNamed(config, "virtualOutbound").capture().chains()),
            "virtualOutbound-blackhole 0.0.0.0_9080");
  EXPECT_EQ(EndpointsOf(ClusterNamed(config, "outbound|9080||reviews.default.svc.cluster.local")),
            "10.0.0.4:9080 10.0.0.5:9080 10.0.0.6:9080");
  EXPECT_EQ(Ask(kPage, "reviews"), "all");
  EXPECT_EQ(config.workloads_size(), 7);
  EXPECT_TRUE(Compile().problems.empty()) << Compile().problems;
}

TEST_F(Bookinfo, GatewayTakesTheFivePathsOnPort8080) {
  Load("networking/bookinfo-gateway.yaml");
  EXPECT_TRUE(problems.empty()) << problems;
  EXPECT_TRUE(Compile().problems.empty()) << Compile().problems;
  const v1::ProxyConfig config = ConfigOf("istio-system", "istio-ingressgateway-0");
  EXPECT_EQ(NamesOf(config.listeners()), "0.0.0.0_8080");
  for (const char* path :
       {"/productpage", "/login", "/logout", "/static/x", "/api/v1/products/0"}) {
    EXPECT_EQ(Answer(config, "http.8080", {.path = path, .host = "localhost:31331"}), "all")
        << path;
  }
  for (const char* path : {"/", "/health", "/productpage/x"}) {
    EXPECT_EQ(Answer(config, "http.8080", {.path = path, .host = "localhost"}), "404 NR") << path;
  }
  EXPECT_EQ(
      EndpointsOf(ClusterNamed(config, "outbound|9080||productpage.default.svc.cluster.local")),
      "10.0.0.2:9080");
}

struct FileRow {
  std::string_view file;
  std::string_view client;
  std::string_view host;
  std::string_view anyone;  // answer for an anonymous request
  std::string_view jason;   // with header end-user: jason
};

const FileRow kFiles[] = {
    {"destination-rule-reviews", kPage, "reviews", "all", "all"},
    {"virtual-service-all-v1", kPage, "reviews", "v1", "v1"},
    {"virtual-service-reviews-test-v2", kPage, "reviews", "v1", "v2"},
    {"virtual-service-reviews-jason-v2-v3", kPage, "reviews", "v3", "v2"},
    {"virtual-service-reviews-80-20", kPage, "reviews", "v1:80 v2:20", "v1:80 v2:20"},
    {"virtual-service-reviews-90-10", kPage, "reviews", "v1:90 v2:10", "v1:90 v2:10"},
    {"virtual-service-reviews-50-v3", kPage, "reviews", "v1:50 v3:50", "v1:50 v3:50"},
    {"virtual-service-reviews-v2-v3", kPage, "reviews", "v2:50 v3:50", "v2:50 v3:50"},
    {"virtual-service-reviews-v3", kPage, "reviews", "v3", "v3"},
    {"virtual-service-ratings-test-delay", "reviews-v2", "ratings", "v1", "v1"},
    {"virtual-service-ratings-test-abort", "reviews-v2", "ratings", "v1", "v1"},
    {"virtual-service-ratings-db", "reviews-v2", "ratings", "503 UH", "503 UH"},
    {"virtual-service-ratings-mysql", "reviews-v2", "ratings", "503 UH", "503 UH"},
    {"virtual-service-ratings-mysql-vm", "reviews-v2", "ratings", "503 UH", "503 UH"},
    {"virtual-service-details-v2", kPage, "details", "503 UH", "503 UH"},
    {"fault-injection-details-v1", kPage, "details", "v1", "v1"},
};

TEST_F(Bookinfo, EveryRoutingFileDoesWhatItShows) {
  for (const FileRow& row : kFiles) {
    SCOPED_TRACE(row.file);
    store = Store();
    problems = {};
    Load("platform/kube/bookinfo.yaml");
    if (row.file != "fault-injection-details-v1") Load("networking/destination-rule-all.yaml");
    // destination-rule-reviews is the same object again: replacing it is worth a warning.
    const bool repeats = row.file == "destination-rule-reviews";
    Load(fmt::format("networking/{}.yaml", row.file));
    EXPECT_EQ(problems.items().size(), repeats ? 1u : 0u) << problems;
    EXPECT_FALSE(problems.has_errors());
    EXPECT_TRUE(Compile().problems.empty()) << Compile().problems;
    EXPECT_EQ(Ask(std::string(row.client), std::string(row.host)), row.anyone);
    EXPECT_EQ(Ask(std::string(row.client), std::string(row.host), kJason), row.jason);
  }
}

TEST_F(Bookinfo, FaultsAreForJasonOnly) {
  Load("networking/destination-rule-all.yaml");
  Load("networking/virtual-service-ratings-test-delay.yaml");
  const v1::ProxyConfig config = ConfigOf("default", "reviews-v2-0");
  const v1::RouteTable& table = TableNamed(config, "9080");
  Request jason = kJason;
  jason.host = "ratings";
  EXPECT_EQ(PickRoute(table, jason)->fault().ShortDebugString(),
            "delay { duration { seconds: 7 } percent: 100 }");
  EXPECT_FALSE(PickRoute(table, {.host = "ratings"})->has_fault());
}

TEST_F(Bookinfo, DetailsFaultAbortsEveryRequest) {
  Load("networking/fault-injection-details-v1.yaml");
  const v1::ProxyConfig config = ConfigOf("default", "productpage-v1-0");
  EXPECT_EQ(PickRoute(TableNamed(config, "9080"), {.host = "details"})->fault().ShortDebugString(),
            "abort { status: 555 percent: 100 }");
}

TEST_F(Bookinfo, LoadBalancerOfDestinationRuleReviews) {
  Load("networking/destination-rule-reviews.yaml");
  const v1::ProxyConfig config = ConfigOf("default", "productpage-v1-0");
  EXPECT_EQ(
      ClusterNamed(config, "outbound|9080||reviews.default.svc.cluster.local").load_balancer(),
      v1::LOAD_BALANCER_RANDOM);
  // A subset inherits what it does not say itself.
  EXPECT_EQ(
      ClusterNamed(config, "outbound|9080|v2|reviews.default.svc.cluster.local").load_balancer(),
      v1::LOAD_BALANCER_RANDOM);
}

TEST_F(Bookinfo, ExplicitMutualTlsIsReportedForEachService) {
  Load("networking/destination-rule-all-mtls.yaml");
  ASSERT_EQ(problems.items().size(), 4u) << problems;
  EXPECT_EQ(ToString(problems.items()[0]),
            "destination-rule-all-mtls.yaml:8: DestinationRule default/productpage: "
            "spec.trafficPolicy.tls: tls is not yet effective");
}

TEST_F(Bookinfo, EgressFileSkipsTheServiceEntryAndSaysWhatFollows) {
  Load("networking/egress-rule-google-apis.yaml");
  ASSERT_EQ(problems.items().size(), 2u) << problems;
  EXPECT_EQ(ToString(problems.items()[0]),
            "egress-rule-google-apis.yaml:2: kind: networking.istio.io/v1 ServiceEntry "
            "'googleapis' is not a kind we use; skipped");
  EXPECT_EQ(
      ToString(problems.items()[1]),
      "egress-rule-google-apis.yaml:45: DestinationRule default/originate-tls-for-googleapis: "
      "spec.trafficPolicy.portLevelSettings[0].tls: tls is not yet effective");
  const CompileResult result = Compile();
  ASSERT_EQ(result.problems.items().size(), 2u) << result.problems;
  EXPECT_EQ(ToString(result.problems.items()[0]),
            "egress-rule-google-apis.yaml:29: VirtualService default/rewrite-port-for-googleapis: "
            "spec.http[0].route[0].destination.host: no Service has the host 'www.googleapis.com'; "
            "requests get 503 NC");
}

TEST_F(Bookinfo, CertManagerFileNamesAServiceThatIsNotThere) {
  Load("networking/certmanager-gateway.yaml");
  EXPECT_TRUE(problems.empty()) << problems;
  const CompileResult result = Compile();
  ASSERT_EQ(result.problems.items().size(), 1u) << result.problems;
  EXPECT_EQ(ToString(result.problems.items()[0]),
            "certmanager-gateway.yaml:33: VirtualService istio-system/cert-manager: "
            "spec.http[0].route[0].destination.host: no Service has the host "
            "'cert-manager-resolver.istio-system.svc.cluster.local'; requests get 503 NC");
  EXPECT_EQ(Answer(ConfigOf("istio-system", "istio-ingressgateway-0"), "http.80",
                   {.path = "/.well-known/acme-challenge/x", .host = "a.com"}),
            "503 NC");
}

TEST_F(Bookinfo, GatewayApiFilesAreSkippedWithOneLineEach) {
  Load("gateway-api/route-reviews-90-10.yaml");
  ASSERT_EQ(problems.items().size(), 1u) << problems;
  EXPECT_EQ(ToString(problems.items()[0]),
            "route-reviews-90-10.yaml:2: kind: gateway.networking.k8s.io/v1 HTTPRoute 'reviews' is "
            "not a kind we use; skipped");
}

TEST_F(Bookinfo, EveryFileIsReadWithoutErrors) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(DataDirectory())) {
    if (entry.path().extension() != ".yaml") continue;
    config::Problems found;
    Store all;
    all.AddText(ReadText(entry.path()), entry.path().filename().string(), &found);
    EXPECT_FALSE(found.has_errors()) << found;
    ++files;
  }
  EXPECT_GE(files, 34);
}

}  // namespace
}  // namespace outrigger::control
