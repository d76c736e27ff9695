#include "control/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

#include "api/outrigger/v1/config.pb.h"
#include "control/gateway.h"
#include "control/inbound.h"
#include "control/mesh_view.h"
#include "control/outbound.h"
#include "control/references.h"

namespace outrigger::control {
namespace {

using Part = ProxyView::Part;

// FNV-1a: stable between runs and machines, which std::hash and absl::Hash are not.
std::uint64_t Digest(std::uint64_t hash, std::string_view bytes) {
  constexpr std::uint64_t kPrime = 1099511628211ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}
constexpr std::uint64_t kDigestSeed = 14695981039346656037ULL;

// A part with its digest, taken once however many proxies share it. The schema has no maps, so
// equal messages serialize equally.
struct SharedPart {
  explicit SharedPart(v1::ProxyConfig content)
      : config(std::make_shared<const v1::ProxyConfig>(std::move(content))),
        digest(Digest(kDigestSeed, config->SerializeAsString())) {}
  Part config;
  std::uint64_t digest;
};

SharedPart AddressIndex(const MeshView& mesh) {
  v1::ProxyConfig config;
  for (const Pod* pod : mesh.registry.pods()) {
    if (!pod->addresses.empty()) FillWorkload(*pod, mesh.options, config.add_workloads());
  }
  return SharedPart(std::move(config));
}

// The client sides made so far in one compilation.
class ClientSides {
 public:
  explicit ClientSides(const MeshView& mesh) : mesh_(mesh) {}

  const SharedPart& For(const Pod& pod) {
    OutboundClient client{.ns = pod.ns, .labels = {}, .ipv6 = HasIpv6(pod)};
    for (const std::string& key : mesh_.virtual_services.source_label_keys()) {
      if (const auto label = pod.labels.find(key); label != pod.labels.end()) {
        client.labels.insert(*label);
      }
    }
    const auto found = sides_.find(client);
    if (found != sides_.end()) return found->second;
    v1::ProxyConfig config;
    AddOutbound(mesh_, client, &config);
    return sides_.emplace(std::move(client), SharedPart(std::move(config))).first->second;
  }

 private:
  const MeshView& mesh_;
  std::map<OutboundClient, SharedPart> sides_;
};

SharedPart OwnPart(const MeshView& mesh, const Pod& pod) {
  v1::ProxyConfig config;
  FillNode(pod, mesh.options, config.mutable_node());
  if (pod.role == ProxyRole::kGateway) {
    AddGateway(mesh, pod, &config);
  } else {
    AddInbound(mesh, pod, &config);
  }
  return SharedPart(std::move(config));
}

ProxyView MakeView(const Pod& pod, const std::vector<SharedPart>& shared) {
  std::uint64_t digest = kDigestSeed;
  std::vector<Part> parts;
  for (const SharedPart& part : shared) {
    digest = Digest(digest, fmt::format("{:016x}", part.digest));
    parts.push_back(part.config);
  }
  return {pod, std::move(parts), fmt::format("{:016x}", digest)};
}

}  // namespace

v1::ProxyConfig ProxyView::Config() const {
  v1::ProxyConfig config;
  for (const Part& part : parts_) config.MergeFrom(*part);
  config.set_version(version_);
  return config;
}

const ProxyView* CompileResult::Find(std::string_view ns, std::string_view pod) const {
  const auto found = std::ranges::find_if(
      proxies, [&](const ProxyView& view) { return view.ns() == ns && view.pod() == pod; });
  return found == proxies.end() ? nullptr : &*found;
}

CompileResult Compiler::Compile(const Store& store, const std::vector<Pod>& pods,
                                const MeshOptions& options) const {
  const MeshView mesh(store, pods, options);
  CompileResult result;
  ReportReferences(mesh, &result.problems);
  const SharedPart index = AddressIndex(mesh);
  ClientSides clients(mesh);
  for (const Pod* pod : mesh.registry.pods()) {
    if (pod->role == ProxyRole::kNone) continue;
    std::vector<SharedPart> parts;
    if (pod->role == ProxyRole::kSidecar) parts.push_back(clients.For(*pod));
    parts.push_back(OwnPart(mesh, *pod));
    parts.push_back(index);
    result.proxies.push_back(MakeView(*pod, parts));
  }
  return result;
}

}  // namespace outrigger::control
