#include "tests/proxy/config/validating.h"

namespace outrigger::config {
namespace {

class ClusterVerdictTest : public VerdictTest {};

TEST_P(ClusterVerdictTest, NamesTheField) { EXPECT_EQ(Verdict(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Clusters, ClusterVerdictTest,
    testing::Values(
        VerdictCase{"Everything",
                    "clusters:\n- {name: a, endpoints: [{address: 10.1.2.3, port: 80}, {address: "
                    "'::1', port: 65535, "
                    "weight: 3}], source_address: 127.0.0.6, connect_timeout: 1s}\n- {name: b, "
                    "type: original_dst}\n",
                    ""},
        VerdictCase{"Nameless", "clusters:\n- {}\n", "c.yaml:2: clusters[0].name: is required"},
        VerdictCase{"SameName", "clusters:\n- name: a\n- name: a\n",
                    "c.yaml:3: clusters[1].name: `a` is the name of clusters[0] too"},
        VerdictCase{"OriginalDestinationWithEndpoints",
                    "clusters:\n- name: a\n  type: original_dst\n  endpoints: [{address: 1.2.3.4, "
                    "port: 1}]\n",
                    "c.yaml:4: clusters[0].endpoints: a cluster of type original_dst takes the "
                    "client's destination and "
                    "has no endpoints"},
        VerdictCase{"SourceAddress", "clusters: [{name: a, source_address: eth0}]\n",
                    "c.yaml:1: clusters[0].source_address: `eth0` is not an IP address"},
        VerdictCase{
            "Durations",
            "clusters: [{name: a, connect_timeout: -1s, connection_pool: {idle_timeout: -1ms}}]\n",
            "c.yaml:1: clusters[0].connect_timeout: -1s is negative\n"
            "c.yaml:1: clusters[0].connection_pool.idle_timeout: -1ms is negative"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Endpoints, ClusterVerdictTest,
    testing::Values(
        VerdictCase{"PortTooLarge",
                    "clusters:\n- name: a\n  endpoints:\n  - address: 1.2.3.4\n    port: 70000\n",
                    "c.yaml:5: clusters[0].endpoints[0].port: 70000 is not a port"},
        VerdictCase{"Empty", "clusters:\n- name: a\n  endpoints:\n  - {}\n",
                    "c.yaml:4: clusters[0].endpoints[0].address: is required\n"
                    "c.yaml:4: clusters[0].endpoints[0].port: is required"},
        VerdictCase{"Name", "clusters: [{name: a, endpoints: [{address: reviews, port: 1}]}]\n",
                    "c.yaml:1: clusters[0].endpoints[0].address: `reviews` is not an IP address"}),
    RowName<VerdictCase>);

TEST(ValidateTest, WithoutASourceThereAreNoLines) {
  v1::ProxyConfig config;
  config.add_clusters();
  Problems problems;
  Validate(config, "push", &problems);
  EXPECT_EQ(Report(problems), "push: clusters[0].name: is required");
}

}  // namespace
}  // namespace outrigger::config
