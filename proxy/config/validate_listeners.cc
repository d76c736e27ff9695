#include <map>
#include <set>
#include <string>
#include <utility>

#include "api/outrigger/v1/config.pb.h"
#include "base/address.h"
#include "proxy/config/checker.h"
#include "proxy/config/excerpt.h"

namespace outrigger::config {
namespace {

/// What listeners may refer to, and what they must not share.
struct Names {
  std::set<std::string_view> route_tables;
  std::set<std::string_view> clusters;
  std::map<std::string_view, int> listeners;
  std::map<std::string_view, int> addresses;
};

Names CollectNames(const v1::ProxyConfig& config) {
  Names names;
  for (const v1::RouteTable& table : config.route_tables()) names.route_tables.insert(table.name());
  for (const v1::Cluster& cluster : config.clusters()) names.clusters.insert(cluster.name());
  return names;
}

void CheckCluster(const std::string& cluster, const Path& path, const Names& names,
                  Checker& checker) {
  if (names.clusters.contains(cluster)) return;
  checker.Error(path, "there is no cluster " + Excerpt(cluster));
}

void CheckHttp(const v1::HttpChain& chain, const Path& path, const Names& names, Checker& checker) {
  const Path table = path.Key("route_table");
  if (checker.Required(table, chain.route_table()) &&
      !names.route_tables.contains(chain.route_table())) {
    checker.Error(table, "there is no route table " + Excerpt(chain.route_table()));
  }
  checker.NotNegative(path.Key("request_head_timeout"), chain.request_head_timeout());
  checker.NotNegative(path.Key("idle_timeout"), chain.idle_timeout());
}

void CheckTcp(const v1::TcpChain& chain, const Path& path, const Names& names, Checker& checker) {
  const Path cluster = path.Key("cluster");
  if (checker.Required(cluster, chain.cluster()))
    CheckCluster(chain.cluster(), cluster, names, checker);
  checker.NotNegative(path.Key("idle_timeout"), chain.idle_timeout());
}

// http serves protocol http and auto, tcp serves tcp and auto: each is needed there and useless
// elsewhere.
void CheckProtocol(const v1::CaptureChain& chain, const Path& path, Checker& checker) {
  const bool wants_http = chain.protocol() != v1::PROTOCOL_TCP;
  const bool wants_tcp = chain.protocol() != v1::PROTOCOL_HTTP;
  const auto check = [&](std::string_view key, bool wanted, bool there) {
    if (wanted == there) return;
    checker.Error(path.Key(key),
                  wanted ? "is required for this protocol" : "is not used for this protocol");
  };
  check("http", wants_http, chain.has_http());
  check("tcp", wants_tcp, chain.has_tcp());
}

void CheckCapture(const v1::CaptureChains& capture, const Path& path, const Names& names,
                  Checker& checker) {
  const Path chains = path.Key("chains");
  std::map<std::pair<std::string_view, std::uint32_t>, int> destinations;
  for (int i = 0; i < capture.chains_size(); ++i) {
    const v1::CaptureChain& chain = capture.chains(i);
    const Path item = chains.Index(static_cast<std::size_t>(i));
    if (!chain.address().empty()) checker.Ip(item.Key("address"), chain.address());
    checker.Port(item.Key("port"), chain.port());
    const auto [other, fresh] =
        destinations.emplace(std::pair(std::string_view(chain.address()), chain.port()), i);
    if (!fresh)
      checker.Error(
          item, "has the same address and port as chains[" + std::to_string(other->second) + "]");
    CheckProtocol(chain, item, checker);
    if (chain.has_http()) CheckHttp(chain.http(), item.Key("http"), names, checker);
    if (chain.has_tcp()) CheckTcp(chain.tcp(), item.Key("tcp"), names, checker);
  }
  if (!capture.passthrough_cluster().empty()) {
    CheckCluster(capture.passthrough_cluster(), path.Key("passthrough_cluster"), names, checker);
  }
}

// SO_REUSEPORT would let two listeners share a port and split its connections at random.
void CheckUnique(const v1::Listener& listener, int index, const Path& path, Names& names,
                 Checker& checker) {
  if (checker.Required(path.Key("name"), listener.name())) {
    const auto [other, fresh] = names.listeners.emplace(listener.name(), index);
    if (!fresh) {
      checker.Error(path.Key("name"), Excerpt(listener.name()) + " is the name of listeners[" +
                                          std::to_string(other->second) + "] too");
    }
  }
  if (!checker.Required(path.Key("address"), listener.address())) return;
  checker.Address(path.Key("address"), listener.address());
  const auto address = SocketAddress::Parse(listener.address());
  if (!address || address->port() == 0) return;
  const auto [other, fresh] = names.addresses.emplace(listener.address(), index);
  if (!fresh) {
    checker.Error(path.Key("address"), listener.address() + " is the address of listeners[" +
                                           std::to_string(other->second) + "] too");
  }
}

void CheckListener(const v1::Listener& listener, const Path& path, const Names& names,
                   Checker& checker) {
  const int kinds =
      int{listener.has_http()} + int{listener.has_tcp()} + int{listener.has_capture()};
  if (kinds != 1) checker.Error(path, "needs exactly one of http, tcp and capture");
  if (listener.has_http()) CheckHttp(listener.http(), path.Key("http"), names, checker);
  if (listener.has_tcp()) CheckTcp(listener.tcp(), path.Key("tcp"), names, checker);
  if (listener.has_capture()) CheckCapture(listener.capture(), path.Key("capture"), names, checker);
}

}  // namespace

void ValidateListeners(const v1::ProxyConfig& config, Checker& checker) {
  Names names = CollectNames(config);
  const Path root;
  const Path list = root.Key("listeners");
  for (int i = 0; i < config.listeners_size(); ++i) {
    const Path path = list.Index(static_cast<std::size_t>(i));
    CheckUnique(config.listeners(i), i, path, names, checker);
    CheckListener(config.listeners(i), path, names, checker);
  }
}

}  // namespace outrigger::config
