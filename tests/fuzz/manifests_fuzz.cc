// Arbitrary bytes as a manifest file. Whatever the store takes in compiles, and every proxy accepts
// what comes out: one bad object must never cost a proxy its configuration.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "api/outrigger/v1/config.pb.h"
#include "control/compiler.h"
#include "proxy/config/validate.h"

namespace {

using namespace outrigger;

control::Pod MakePod(const char* ns, const char* app, const char* address,
                     control::ProxyRole role) {
  control::Pod pod;
  pod.ns = ns;
  pod.name = app;
  pod.addresses = {address};
  pod.labels = {{"app", app}, {"version", "v1"}, {"istio", "ingressgateway"}};
  pod.role = role;
  return pod;
}

void RequireAccepted(const control::ProxyView& view) {
  config::Problems problems;
  config::Validate(view.Config(), "compiled", &problems);
  if (problems.empty()) return;
  std::fprintf(stderr, "the proxy of %s refuses:\n%s\n", view.pod().c_str(),
               problems.ToString().c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<control::Pod> pods = {
      MakePod("default", "web", "10.0.0.1", control::ProxyRole::kSidecar),
      MakePod("default", "client", "fd00::2", control::ProxyRole::kSidecar),
      MakePod("istio-system", "gateway", "10.0.0.3", control::ProxyRole::kGateway),
  };
  control::MeshOptions options;
  options.service_addresses = {{"default/web", {"10.96.0.1"}}};
  control::Store store;
  config::Problems problems;
  store.AddText({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", &problems);
  const auto result = control::Compiler().Compile(store, pods, options);
  for (const control::ProxyView& view : result.proxies) RequireAccepted(view);
  return 0;
}
