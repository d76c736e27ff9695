// Our own files: strict, and typed by the schema.
#include <gtest/gtest.h>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/duration.h"
#include "proxy/config/read.h"
#include "tests/proxy/config/testing.h"

namespace outrigger::config {
namespace {

v1::ProxyConfig Read(std::string_view text) {
  v1::ProxyConfig config;
  Problems problems;
  EXPECT_TRUE(ReadYaml(text, "c.yaml", &config, &problems)) << problems;
  EXPECT_EQ(Report(problems), "");
  return config;
}

TEST(ReadYamlTest, FollowsTheSchema) {
  const auto config = Read(R"(
listeners:
- name: web
  address: 127.0.0.1:18080
  direction: outbound
  http: {route_table: web, idle_timeout: 1m30s}
clusters:
- name: app
  type: original_dst
  load_balancer: round_robin
  endpoints: [{address: 10.1.2.3, port: 9080}]
route_tables:
- virtual_hosts:
  - domains: ["*"]
    routes:
    - fault: {delay: {percent: 50}}
      match: {ignore_path_case: true}
)");
  EXPECT_EQ(config.listeners(0).direction(), v1::DIRECTION_OUTBOUND);
  EXPECT_EQ(ToChrono(config.listeners(0).http().idle_timeout()), std::chrono::seconds(90));
  EXPECT_EQ(config.clusters(0).type(), v1::CLUSTER_TYPE_ORIGINAL_DST);
  EXPECT_EQ(config.clusters(0).load_balancer(), v1::LOAD_BALANCER_ROUND_ROBIN);
  EXPECT_EQ(config.clusters(0).endpoints(0).port(), 9080u);
  const v1::Route& route = config.route_tables(0).virtual_hosts(0).routes(0);
  EXPECT_EQ(route.fault().delay().percent(), 50);
  EXPECT_TRUE(route.match().ignore_path_case());
}

TEST(ReadYamlTest, ATextFieldTakesScalarsAsTheyAreWritten) {
  const auto config = Read(
      "node: {version: 1.10, app: yes, workload: 007, pod: 'null', cluster_id: true, namespace: "
      "1_0}\n");
  EXPECT_EQ(config.node().version(), "1.10");
  EXPECT_EQ(config.node().app(), "yes");
  EXPECT_EQ(config.node().workload(), "007");
  EXPECT_EQ(config.node().pod(), "null");
  EXPECT_EQ(config.node().cluster_id(), "true");
  EXPECT_EQ(config.node().namespace_(), "1_0");
}

TEST(ReadYamlTest, AbsentAndEmptyDiffer) {
  EXPECT_FALSE(Read("listeners: [{}]\n").listeners(0).has_tcp());
  EXPECT_TRUE(Read("listeners: [{tcp: {}}]\n").listeners(0).has_tcp());
  EXPECT_EQ(Read("{}").ByteSizeLong(), 0u);
}

TEST(ReadYamlTest, AnEmptyMemberOfAOneofIsSet) {
  const auto config =
      Read("route_tables: [{virtual_hosts: [{routes: [{match: {path: {prefix: ''}}}]}]}]\n");
  EXPECT_TRUE(config.route_tables(0).virtual_hosts(0).routes(0).match().path().has_prefix());
}

TEST(ReadYamlTest, GivesTheTreeForLines) {
  v1::ProxyConfig config;
  Problems problems;
  Document source;
  ASSERT_TRUE(ReadYaml("clusters:\n- name: a\n- name: b\n", "c.yaml", &config, &problems, &source));
  EXPECT_EQ(source.LineOf("/clusters/1/name"), 3);
}

struct Bad {
  const char* name;
  const char* text;
  const char* want;
};

class BadConfigTest : public testing::TestWithParam<Bad> {};

TEST_P(BadConfigTest, IsRefusedAsAWhole) {
  v1::ProxyConfig config;
  config.set_version("left over");
  Problems problems;
  EXPECT_FALSE(ReadYaml(GetParam().text, "c.yaml", &config, &problems));
  EXPECT_EQ(Report(problems), GetParam().want);
  EXPECT_EQ(config.ByteSizeLong(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, BadConfigTest,
    testing::Values(Bad{"Unknown", "clusters:\n- name: a\n  endpoint: []\n",
                        "c.yaml:3: clusters[0].endpoint: no such field; did you mean `endpoints`?"},
                    Bad{"CamelCase", "routeTables: []\n",
                        "c.yaml:1: routeTables: no such field; did you mean `route_tables`?"},
                    Bad{"NothingLikeIt", "colour: red\n", "c.yaml:1: colour: no such field"},
                    Bad{"Twice", "version: a\nversion: b\n",
                        "c.yaml:2: the key `version` is there twice, first on line 1"},
                    Bad{"MergeKey", "node:\n  <<: {app: x}\n",
                        "c.yaml:2: node[\"<<\"]: no such field"},
                    Bad{"TwoOfAOneof",
                        "route_tables:\n- virtual_hosts:\n  - routes:\n    - match:\n        "
                        "path:\n          exact: /a\n"
                        "          prefix: /b\n",
                        "c.yaml:7: route_tables[0].virtual_hosts[0].routes[0].match.path.prefix: "
                        "cannot stand beside `exact`; keep "
                        "one of them"}),
    RowName<Bad>);

INSTANTIATE_TEST_SUITE_P(
    Values, BadConfigTest,
    testing::Values(
        Bad{"Null", "node:\nversion:\nclusters:\n",
            "c.yaml:1: node: has no value; remove the key or write {}\n"
            "c.yaml:2: version: has no value; remove the key or write one\n"
            "c.yaml:3: clusters: has no value; remove the key or write []"},
        Bad{"NullInAList", "clusters: [~]\n", "c.yaml:1: clusters[0]: needs a map, not nothing"},
        Bad{"ListForMap", "node: [a]\n", "c.yaml:1: node: needs a map, not a list"},
        Bad{"MapForList", "clusters: {name: a}\n", "c.yaml:1: clusters: needs a list, not a map"},
        Bad{"MapForText", "version: {a: b}\n", "c.yaml:1: version: needs text, not a map"},
        Bad{"NumberTooLarge", "limits: {workers: 4294967296}\n",
            "c.yaml:1: limits.workers: needs a whole number from 0 to 4294967295, not "
            "`4294967296`"},
        Bad{"NumberNegative", "limits: {workers: -1}\n",
            "c.yaml:1: limits.workers: needs a whole number from 0 to 4294967295, not `-1`"},
        Bad{"NumberBroken", "limits: {workers: 1.5}\n",
            "c.yaml:1: limits.workers: needs a whole number from 0 to 4294967295, not `1.5`"},
        Bad{"NumberQuoted", "limits: {workers: '2'}\n",
            "c.yaml:1: limits.workers: needs a whole number from 0 to 4294967295, not the quoted "
            "text `2`"},
        Bad{"NotANumber",
            "route_tables: [{virtual_hosts: [{routes: [{fault: {delay: {percent: .nan}}}]}]}]\n",
            "c.yaml:1: route_tables[0].virtual_hosts[0].routes[0].fault.delay.percent: needs a "
            "number, not `.nan`"},
        Bad{"BooleanInOldSpelling",
            "route_tables: [{virtual_hosts: [{routes: [{match: {ignore_path_case: yes}}]}]}]\n",
            "c.yaml:1: route_tables[0].virtual_hosts[0].routes[0].match.ignore_path_case: needs "
            "true or false, not `yes`"},
        Bad{"EnumWithPrefix", "listeners: [{direction: DIRECTION_INBOUND}]\n",
            "c.yaml:1: listeners[0].direction: needs one of edge, inbound, outbound, not "
            "`DIRECTION_INBOUND`"},
        Bad{"EnumAsNumber", "listeners: [{direction: 1}]\n",
            "c.yaml:1: listeners[0].direction: needs one of edge, inbound, outbound, not `1`"},
        Bad{"DurationWithoutUnit", "limits: {drain_timeout: 45}\n",
            "c.yaml:1: limits.drain_timeout: needs a duration like 250ms or 1m30s, not `45`"},
        Bad{"TagInOurFiles", "version: !!str 1\n",
            "c.yaml:1: tags are not used here; remove `tag:yaml.org,2002:str`"},
        Bad{"Alias", "node: &n {app: a}\nworkloads: [*n]\n",
            "c.yaml:2: aliases (`*name`) are not used here; write the value out"}),
    RowName<Bad>);

INSTANTIATE_TEST_SUITE_P(
    Documents, BadConfigTest,
    testing::Values(
        Bad{"Empty", "", "c.yaml: is empty; `{}` is a configuration without content"},
        Bad{"Comments", "# nothing\n", "c.yaml: is empty; `{}` is a configuration without content"},
        Bad{"Two", "version: a\n---\nversion: b\n",
            "c.yaml:3: a second document begins here; one file holds one configuration"},
        Bad{"Text", "hello\n", "c.yaml:1: needs a map, not `hello`"}),
    RowName<Bad>);

TEST(ReadYamlTest, ReportsEveryProblemAtOnce) {
  v1::ProxyConfig config;
  Problems problems;
  EXPECT_FALSE(ReadYaml("a: 1\nnode: 2\nclusters:\n- endpoints:\n  - port: x\n    b: 3\n", "c.yaml",
                        &config, &problems));
  EXPECT_EQ(Report(problems),
            "c.yaml:1: a: no such field\n"
            "c.yaml:2: node: needs a map, not `2`\n"
            "c.yaml:5: clusters[0].endpoints[0].port: needs a whole number from 0 to 4294967295, "
            "not `x`\n"
            "c.yaml:6: clusters[0].endpoints[0].b: no such field");
}

TEST(ReadYamlTest, HostileTextStaysOnOneShortLine) {
  v1::ProxyConfig config;
  Problems problems;
  EXPECT_FALSE(ReadYaml("limits: {workers: \"" + std::string(500, 'x') + "\\n\"}\n", "c.yaml",
                        &config, &problems));
  EXPECT_EQ(
      Report(problems),
      "c.yaml:1: limits.workers: needs a whole number from 0 to 4294967295, not the quoted text `" +
          std::string(60, 'x') + "...`");
}

}  // namespace
}  // namespace outrigger::config
