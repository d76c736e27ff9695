#include "cmd/outrigger/top_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cmd/outrigger/top_text.h"

namespace outrigger::cli {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  const char* url;
  const char* host;
  int port;
  const char* prefix;
};
class PrometheusUrlTest : public ::testing::TestWithParam<Case> {};
TEST_P(PrometheusUrlTest, IsTakenApart) {
  const auto address = ParsePrometheusUrl(GetParam().url);
  ASSERT_TRUE(address.ok()) << MessageOf(address.status());
  EXPECT_EQ(address->host, GetParam().host);
  EXPECT_EQ(address->port, GetParam().port);
  EXPECT_EQ(address->prefix, GetParam().prefix);
}
const Case kCases[] = {
    {"HostAndPort", "http://localhost:9090", "localhost", 9090, ""},
    {"DefaultPort", "http://prometheus", "prometheus", 80, ""},
    {"TrailingSlash", "http://localhost:9090/", "localhost", 9090, ""},
    {"Prefix", "http://host:1/prometheus/", "host", 1, "/prometheus"},
    {"Ipv6", "http://[::1]:9090", "::1", 9090, ""},
    {"WithoutScheme", "localhost:9090", "localhost", 9090, ""},
};
INSTANTIATE_TEST_SUITE_P(Table, PrometheusUrlTest, ::testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(PrometheusUrl, OfAnotherFormIsRefusedWithAnExample) {
  for (const char* url :
       {"", "http://", "http://:9090", "http://host:", "http://host:0", "http://host:70000",
        "http://host:9a", "http://[::1", "http://[::1]x", "ftp://host"}) {
    const auto address = ParsePrometheusUrl(url);
    ASSERT_FALSE(address.ok()) << url;
    EXPECT_THAT(MessageOf(address.status()), HasSubstr("http://localhost:9090")) << url;
  }
  EXPECT_THAT(MessageOf(ParsePrometheusUrl("https://host").status()), HasSubstr("only http://"));
}

// A folder of local meshes that goes away with the test.
class LocalMesh : public ::testing::Test {
 protected:
  LocalMesh() {
    std::string pattern = ::testing::TempDir() + "/top_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~LocalMesh() override { std::filesystem::remove_all(folder_); }

  void Add(const std::string& mesh) {
    std::filesystem::create_directories(folder_ + "/" + mesh);
    std::ofstream(folder_ + "/" + mesh + "/prometheus.sock") << "";
  }
  std::string folder_;
};

TEST_F(LocalMesh, IsFoundByName) {
  Add("bookinfo");
  Add("other");
  const auto address = FindLocalPrometheus("other", {"/nowhere", folder_});
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->socket, folder_ + "/other/prometheus.sock");
}

TEST_F(LocalMesh, NeedsNoNameWhenThereIsOne) {
  Add("bookinfo");
  const auto address = FindLocalPrometheus("", {folder_});
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->socket, folder_ + "/bookinfo/prometheus.sock");
}

TEST_F(LocalMesh, AsksWhichWhenThereAreSeveral) {
  Add("a");
  Add("b");
  EXPECT_THAT(MessageOf(FindLocalPrometheus("", {folder_}).status()),
              HasSubstr("(a, b); choose one with --name"));
}

TEST_F(LocalMesh, SaysHowToStartOneWhenThereIsNone) {
  EXPECT_THAT(MessageOf(FindLocalPrometheus("", {folder_}).status()),
              HasSubstr("no local mesh is up"));
  Add("a");
  EXPECT_THAT(MessageOf(FindLocalPrometheus("x", {folder_}).status()),
              HasSubstr("'x' is up (there is a)"));
}

}  // namespace
}  // namespace outrigger::cli
