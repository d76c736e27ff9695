#include "local/node_network.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "local/namespaces.h"
#include "local/netlink.h"

namespace outrigger::local {
namespace {

constexpr std::string_view kBridge = "outrigger0";
constexpr std::string_view kPodInterface = "eth0";  // the name Kubernetes' networks use

/// Interface names hold 15 characters; the address' low half says which pod it is.
std::string CableName(Ipv4 address) {
  return fmt::format("pod{}.{}", (address.value >> 8U) & 255U, address.value & 255U);
}

absl::Status All(std::initializer_list<absl::Status> steps) {
  for (const absl::Status& step : steps) {
    if (!step.ok()) return step;
  }
  return absl::OkStatus();
}

absl::Status SetUpPodInterface(Ipv4 address) {
  absl::Status done = All({netlink::SetUp("lo"), netlink::AddAddress(kPodInterface, address, 32),
                           netlink::SetUp(kPodInterface)});
  if (!done.ok()) return done;
  done = netlink::AddRoute(kPodInterface, kNodeAddress, 32, Ipv4{});
  if (!done.ok()) return done;
  return netlink::AddRoute(kPodInterface, Ipv4{}, 0, kNodeAddress);
}

}  // namespace

absl::Status NodeNetwork::SetUp() {
  absl::Status done = All({netlink::SetUp("lo"), netlink::AddBridge(kBridge)});
  if (!done.ok()) return done;
  done = All({netlink::AddAddress(kBridge, kNodeAddress, kRangePrefixLength),
              netlink::AddAddress(kBridge, kDnsAddress, 32), netlink::SetUp(kBridge),
              WriteSysctl("net.ipv4.ip_forward", "1")});
  if (!done.ok()) return done;
  // With the kernel's bridge filter loaded, frames between pods would go through the VIP rules on
  // the bridge already, and a pod that calls itself by a VIP would be lost there. Without it there
  // is nothing to switch off.
  WriteSysctl("net.bridge.bridge-nf-call-iptables", "0").IgnoreError();
  // Packets between pods leave by the interface they came in on; telling pods of a shorter way
  // would take the node, and with it the VIP rules, out of the path.
  return All({WriteSysctl("net.ipv4.conf.all.send_redirects", "0"),
              WriteSysctl(fmt::format("net.ipv4.conf.{}.send_redirects", kBridge), "0")});
}

absl::StatusOr<Sandbox> NodeNetwork::AddPod(
    const std::string& hostname, Ipv4 address,
    const std::vector<std::pair<std::string, std::string>>& sysctls) {
  Sandbox sandbox;
  for (auto [fd, flag] :
       {std::pair{&sandbox.network, CLONE_NEWNET}, std::pair{&sandbox.hostname, CLONE_NEWUTS},
        std::pair{&sandbox.ipc, CLONE_NEWIPC}}) {
    auto made = NewNamespace(flag);
    if (!made.ok()) return made.status();
    *fd = *std::move(made);
  }
  {
    const NamespaceVisit visit(sandbox.hostname.get(), CLONE_NEWUTS);
    if (!visit.status().ok()) return visit.status();
    if (::sethostname(hostname.data(), hostname.size()) != 0)
      return absl::ErrnoToStatus(errno, "cannot set the host name");
  }
  absl::Status done =
      netlink::AddCable(CableName(address), kBridge, kPodInterface, sandbox.network.get());
  if (done.ok()) done = netlink::SetUp(CableName(address));
  if (!done.ok()) return done;
  const NamespaceVisit visit(sandbox.network.get(), CLONE_NEWNET);
  if (!visit.status().ok()) return visit.status();
  // As container runtimes do: a container is no place where ports below 1024 mean anything.
  done = All({WriteSysctl("net.ipv4.ip_unprivileged_port_start", "0"), SetUpPodInterface(address)});
  for (const auto& [name, value] : sysctls) {
    if (done.ok()) done = WriteSysctl(name, value);
  }
  if (!done.ok()) return done;
  return sandbox;
}

void NodeNetwork::RemovePod(Ipv4 address) { (void)netlink::DeleteLink(CableName(address)); }

absl::StatusOr<Ipv4> AddressPool::Take(const std::string& owner) {
  constexpr std::uint32_t kSize = 65'000;
  for (std::uint32_t tries = 0; tries < kSize; ++tries) {
    const Ipv4 candidate{kNodeAddress.value + 1 + next_++ % kSize};
    if (taken_.emplace(candidate, owner).second) return candidate;
  }
  return absl::ResourceExhaustedError("no pod address is left in 10.244.0.0/16");
}

}  // namespace outrigger::local
