#include <map>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/checker.h"
#include "proxy/config/excerpt.h"

namespace outrigger::config {
namespace {

void CheckEndpoints(const v1::Cluster& cluster, const Path& path, Checker& checker) {
  if (cluster.type() == v1::CLUSTER_TYPE_ORIGINAL_DST && cluster.endpoints_size() > 0) {
    checker.Error(
        path, "a cluster of type original_dst takes the client's destination and has no endpoints");
  }
  for (int i = 0; i < cluster.endpoints_size(); ++i) {
    const v1::Endpoint& endpoint = cluster.endpoints(i);
    const Path item = path.Index(static_cast<std::size_t>(i));
    if (checker.Required(item.Key("address"), endpoint.address()))
      checker.Ip(item.Key("address"), endpoint.address());
    checker.Port(item.Key("port"), endpoint.port());
  }
}

void CheckCluster(const v1::Cluster& cluster, const Path& path, Checker& checker) {
  CheckEndpoints(cluster, path.Key("endpoints"), checker);
  checker.NotNegative(path.Key("connect_timeout"), cluster.connect_timeout());
  if (!cluster.source_address().empty())
    checker.Ip(path.Key("source_address"), cluster.source_address());
  const Path pool = path.Key("connection_pool");
  checker.NotNegative(pool.Key("idle_timeout"), cluster.connection_pool().idle_timeout());
}

}  // namespace

void ValidateClusters(const v1::ProxyConfig& config, Checker& checker) {
  const Path root;
  const Path list = root.Key("clusters");
  std::map<std::string_view, int> names;
  for (int i = 0; i < config.clusters_size(); ++i) {
    const v1::Cluster& cluster = config.clusters(i);
    const Path path = list.Index(static_cast<std::size_t>(i));
    if (checker.Required(path.Key("name"), cluster.name())) {
      const auto [other, fresh] = names.emplace(cluster.name(), i);
      if (!fresh) {
        checker.Error(path.Key("name"), Excerpt(cluster.name()) + " is the name of clusters[" +
                                            std::to_string(other->second) + "] too");
      }
    }
    CheckCluster(cluster, path, checker);
  }
}

}  // namespace outrigger::config
