#include <map>

#include "api/outrigger/v1/config.pb.h"
#include "base/address.h"
#include "proxy/config/checker.h"
#include "proxy/config/excerpt.h"

namespace outrigger::config {
namespace {

// More than any machine has; a slip of the pen would otherwise start that many threads.
constexpr std::uint32_t kMaxWorkers = 1024;

template <class Addresses>
void CheckIps(const Addresses& addresses, const Path& path, Checker& checker) {
  for (int i = 0; i < addresses.size(); ++i)
    checker.Ip(path.Index(static_cast<std::size_t>(i)), addresses[i]);
}

struct AdminPort {
  std::string_view field;
  const std::string& address;
};

void CheckAdmin(const v1::Admin& admin, Checker& checker) {
  const Path root;
  const Path path = root.Key("admin");
  const AdminPort ports[] = {{"admin_address", admin.admin_address()},
                             {"health_address", admin.health_address()},
                             {"stats_address", admin.stats_address()},
                             {"agent_address", admin.agent_address()}};
  std::map<std::string_view, std::string_view> taken;
  for (const AdminPort& port : ports) {
    if (port.address.empty() || port.address == "off") continue;
    const auto address = SocketAddress::Parse(port.address);
    if (!address) {
      checker.Error(path.Key(port.field),
                    Excerpt(port.address) + " is neither an address like 0.0.0.0:15021 nor `off`");
    } else if (address->port() != 0) {
      const auto [other, fresh] = taken.emplace(port.address, port.field);
      if (!fresh)
        checker.Error(path.Key(port.field),
                      port.address + " is taken by " + std::string(other->second));
    }
  }
}

void CheckLimits(const v1::Limits& limits, Checker& checker) {
  const Path root;
  const Path path = root.Key("limits");
  if (limits.workers() > kMaxWorkers) {
    checker.Error(path.Key("workers"), std::to_string(limits.workers()) + " is more than " +
                                           std::to_string(kMaxWorkers));
  }
  checker.NotNegative(path.Key("drain_timeout"), limits.drain_timeout());
}

}  // namespace

void ValidateProcess(const v1::ProxyConfig& config, Checker& checker) {
  const Path root;
  const Path node = root.Key("node");
  CheckIps(config.node().addresses(), node.Key("addresses"), checker);
  const Path workloads = root.Key("workloads");
  for (int i = 0; i < config.workloads_size(); ++i) {
    const Path workload = workloads.Index(static_cast<std::size_t>(i));
    CheckIps(config.workloads(i).addresses(), workload.Key("addresses"), checker);
  }
  CheckAdmin(config.admin(), checker);
  CheckLimits(config.limits(), checker);
}

}  // namespace outrigger::config
