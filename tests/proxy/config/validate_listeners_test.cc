// Listeners, admin ports, limits and the address index.
#include "tests/proxy/config/validating.h"

namespace outrigger::config {
namespace {

class ListenerVerdictTest : public VerdictTest {};

TEST_P(ListenerVerdictTest, NamesTheField) { EXPECT_EQ(Verdict(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(Accepted, ListenerVerdictTest,
                         testing::Values(VerdictCase{"Nothing", "{}", ""},
                                         VerdictCase{"EachKind",
                                                     R"(
listeners:
- {name: a, address: "127.0.0.1:80", http: {route_table: r}}
- {name: b, address: "[::]:81", tcp: {cluster: c, idle_timeout: 0s}}
- name: c
  address: 0.0.0.0:15006
  capture:
    passthrough_cluster: c
    chains:
    - {port: 9080, protocol: http, http: {route_table: r}}
    - {port: 9081, protocol: tcp, tcp: {cluster: c}}
    - {port: 9082, http: {route_table: r}, tcp: {cluster: c}}
    - {address: 10.1.2.3, port: 9080, protocol: http, http: {route_table: r}}
route_tables: [{name: r}]
clusters: [{name: c}]
)",
                                                     ""},
                                         VerdictCase{"TwoKernelChosenPorts",
                                                     R"(
listeners:
- {name: a, address: "127.0.0.1:0", tcp: {cluster: c}}
- {name: b, address: "127.0.0.1:0", tcp: {cluster: c}}
clusters: [{name: c}]
admin: {admin_address: "127.0.0.1:0", health_address: "127.0.0.1:0", stats_address: "off", agent_address: "off"}
)",
                                                     ""}),
                         RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Listeners, ListenerVerdictTest,
    testing::Values(
        VerdictCase{"NamelessAndHomeless",
                    "listeners:\n- tcp: {cluster: c}\nclusters: [{name: c}]\n",
                    "c.yaml:2: listeners[0].name: is required\nc.yaml:2: listeners[0].address: is "
                    "required"},
        VerdictCase{"AddressWithoutPort",
                    "listeners: [{name: a, address: 127.0.0.1, tcp: {cluster: c}}]\nclusters: "
                    "[{name: c}]\n",
                    "c.yaml:1: listeners[0].address: `127.0.0.1` is not an address like "
                    "10.1.2.3:80 or [::1]:80"},
        VerdictCase{"AddressIsAName",
                    "listeners: [{name: a, address: 'localhost:80', tcp: {cluster: c}}]\nclusters: "
                    "[{name: c}]\n",
                    "c.yaml:1: listeners[0].address: `localhost:80` is not an address like "
                    "10.1.2.3:80 or [::1]:80"},
        VerdictCase{"PortTooLarge",
                    "listeners: [{name: a, address: '1.2.3.4:70000', tcp: {cluster: "
                    "c}}]\nclusters: [{name: c}]\n",
                    "c.yaml:1: listeners[0].address: `1.2.3.4:70000` is not an address like "
                    "10.1.2.3:80 or [::1]:80"},
        VerdictCase{"SameName",
                    "listeners:\n- {name: a, address: '1.2.3.4:1', tcp: {cluster: c}}\n- {name: a, "
                    "address: '1.2.3.4:2', tcp: "
                    "{cluster: c}}\nclusters: [{name: c}]\n",
                    "c.yaml:3: listeners[1].name: `a` is the name of listeners[0] too"},
        VerdictCase{"SameAddress",
                    "listeners:\n- {name: a, address: '1.2.3.4:1', tcp: {cluster: c}}\n- {name: b, "
                    "address: '1.2.3.4:1', tcp: "
                    "{cluster: c}}\nclusters: [{name: c}]\n",
                    "c.yaml:3: listeners[1].address: 1.2.3.4:1 is the address of listeners[0] too"},
        VerdictCase{"NoKind", "listeners: [{name: a, address: '1.2.3.4:1'}]\n",
                    "c.yaml:1: listeners[0]: needs exactly one of http, tcp and capture"},
        VerdictCase{"TwoKinds",
                    "listeners: [{name: a, address: '1.2.3.4:1', capture: {}, tcp: {cluster: "
                    "c}}]\nclusters: [{name: c}]\n",
                    "c.yaml:1: listeners[0]: needs exactly one of http, tcp and capture"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    References, ListenerVerdictTest,
    testing::Values(
        VerdictCase{"RouteTable",
                    "listeners:\n- name: a\n  address: 1.2.3.4:1\n  http:\n    route_table: r\n",
                    "c.yaml:5: listeners[0].http.route_table: there is no route table `r`"},
        VerdictCase{"RouteTableMissing",
                    "listeners:\n- name: a\n  address: 1.2.3.4:1\n  http: {}\n",
                    "c.yaml:4: listeners[0].http.route_table: is required"},
        VerdictCase{"Cluster", "listeners: [{name: a, address: '1.2.3.4:1', tcp: {cluster: c}}]\n",
                    "c.yaml:1: listeners[0].tcp.cluster: there is no cluster `c`"},
        VerdictCase{
            "PassthroughCluster",
            "listeners: [{name: a, address: '1.2.3.4:1', capture: {passthrough_cluster: c}}]\n",
            "c.yaml:1: listeners[0].capture.passthrough_cluster: there is no cluster `c`"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Capture, ListenerVerdictTest,
    testing::Values(
        VerdictCase{
            "ChainOfEveryMistake",
            "listeners:\n- name: a\n  address: 1.2.3.4:1\n  capture:\n    chains:\n"
            "    - {address: x, port: 70000, protocol: http, tcp: {cluster: c}}\n    - {protocol: "
            "tcp, tcp: {}}\n",
            "c.yaml:6: listeners[0].capture.chains[0].address: `x` is not an IP address\n"
            "c.yaml:6: listeners[0].capture.chains[0].port: 70000 is not a port\n"
            "c.yaml:6: listeners[0].capture.chains[0].http: is required for this protocol\n"
            "c.yaml:6: listeners[0].capture.chains[0].tcp: is not used for this protocol\n"
            "c.yaml:6: listeners[0].capture.chains[0].tcp.cluster: there is no cluster `c`\n"
            "c.yaml:7: listeners[0].capture.chains[1].port: is required\n"
            "c.yaml:7: listeners[0].capture.chains[1].tcp.cluster: is required"},
        VerdictCase{"SameDestination",
                    "clusters: [{name: c}]\nlisteners:\n- name: a\n  address: 1.2.3.4:1\n  "
                    "capture:\n    chains:\n"
                    "    - {port: 80, protocol: tcp, tcp: {cluster: c}}\n    - {port: 80, "
                    "protocol: tcp, tcp: {cluster: c}}\n",
                    "c.yaml:8: listeners[0].capture.chains[1]: has the same address and port as "
                    "chains[0]"}),
    RowName<VerdictCase>);

INSTANTIATE_TEST_SUITE_P(
    Process, ListenerVerdictTest,
    testing::Values(
        VerdictCase{"NodeAddress", "node: {addresses: [10.1.2.3, localhost]}\n",
                    "c.yaml:1: node.addresses[1]: `localhost` is not an IP address"},
        VerdictCase{"WorkloadAddress", "workloads:\n- name: a\n  addresses: [10.1.2.3/32]\n",
                    "c.yaml:3: workloads[0].addresses[0]: `10.1.2.3/32` is not an IP address"},
        VerdictCase{"AdminAddress", "admin: {stats_address: '15090'}\n",
                    "c.yaml:1: admin.stats_address: `15090` is neither an address like "
                    "0.0.0.0:15021 nor `off`"},
        VerdictCase{"SharedAdminPort",
                    "admin: {stats_address: '0.0.0.0:1', agent_address: '0.0.0.0:1'}\n",
                    "c.yaml:1: admin.agent_address: 0.0.0.0:1 is taken by stats_address"},
        VerdictCase{"Workers", "limits: {workers: 5000}\n",
                    "c.yaml:1: limits.workers: 5000 is more than 1024"},
        VerdictCase{"NegativeDrain", "limits: {drain_timeout: -5s}\n",
                    "c.yaml:1: limits.drain_timeout: -5s is negative"}),
    RowName<VerdictCase>);

}  // namespace
}  // namespace outrigger::config
