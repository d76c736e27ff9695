#include "tests/control/mesh_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "proxy/config/validate.h"

namespace outrigger::control {
namespace {

template <class Items>
const auto& Named(const Items& items, std::string_view name) {
  for (const auto& item : items) {
    if (item.name() == name) return item;
  }
  ADD_FAILURE() << "nothing is named " << name << " among: " << NamesOf(items);
  static const typename Items::value_type kNone;
  return kNone;
}

}  // namespace

void MeshFixture::Apply(std::string_view yaml, std::string_view file) {
  store.AddText(yaml, file, &problems);
}

void MeshFixture::AddService(std::string_view name, int port, std::string_view port_name,
                             std::string_view ns) {
  Apply(
      fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: {0}, namespace: {1}}}\n"
                  "spec: {{selector: {{app: {0}}}, ports: [{{port: {2}, name: '{3}'}}]}}\n",
                  name, ns, port, port_name));
}

Pod& MeshFixture::AddPod(std::string_view app, std::string_view version, std::string_view ns,
                         ProxyRole role) {
  Pod pod;
  pod.ns = ns;
  pod.workload = version.empty() ? std::string(app) : fmt::format("{}-{}", app, version);
  pod.name = pod.workload + "-0";
  pod.addresses = {fmt::format("10.0.0.{}", pods.size() + 1)};
  pod.labels = {{"app", std::string(app)}};
  if (!version.empty()) pod.labels.emplace("version", version);
  pod.role = role;
  pods.push_back(std::move(pod));
  return pods.back();
}

Pod& MeshFixture::AddIngressGateway() {
  Pod& pod = AddPod("istio-ingressgateway", {}, "istio-system", ProxyRole::kGateway);
  pod.labels.emplace("istio", "ingressgateway");
  return pod;
}

void MeshFixture::AssignAddresses() {
  int next = 1;
  for (const Resource* service : store.All(Kind::kService)) {
    options.service_addresses[service->key.ns + "/" + service->key.name] = {
        fmt::format("10.96.0.{}", next++)};
  }
}

CompileResult MeshFixture::Compile() {
  AssignAddresses();
  return Compiler().Compile(store, pods, options);
}

v1::ProxyConfig MeshFixture::ConfigOf(std::string_view ns, std::string_view pod) {
  const CompileResult result = Compile();
  const ProxyView* view = result.Find(ns, pod);
  if (view == nullptr) {
    ADD_FAILURE() << "no proxy for pod " << ns << "/" << pod;
    return {};
  }
  v1::ProxyConfig config = view->Config();
  config::Problems found;
  config::Validate(config, "compiled", &found);
  EXPECT_TRUE(found.empty()) << found;
  return config;
}

v1::ProxyConfig MeshFixture::ConfigOf(const Pod& pod) {
  const Pod copy = pod;
  return ConfigOf(copy.ns, copy.name);
}

const v1::Listener& ListenerNamed(const v1::ProxyConfig& config, std::string_view name) {
  return Named(config.listeners(), name);
}

const v1::RouteTable& TableNamed(const v1::ProxyConfig& config, std::string_view name) {
  return Named(config.route_tables(), name);
}

const v1::Cluster& ClusterNamed(const v1::ProxyConfig& config, std::string_view name) {
  return Named(config.clusters(), name);
}

const v1::CaptureChain& ChainNamed(const v1::Listener& listener, std::string_view name) {
  return Named(listener.capture().chains(), name);
}

std::string EndpointsOf(const v1::Cluster& cluster) {
  std::string text;
  for (const v1::Endpoint& endpoint : cluster.endpoints()) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", endpoint.address(), endpoint.port());
  }
  return text;
}

}  // namespace outrigger::control
