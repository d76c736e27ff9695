#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "local/ipv4.h"
#include "local/unique_fd.h"

namespace outrigger::local {

/// The namespaces that the containers of one pod share. Descriptors hold them; closing them ends
/// the pod's network once its last process is gone.
struct Sandbox {
  UniqueFd network, hostname, ipc;
};

/// The node's own network: loopback, the bridge `outrigger0` with the gateway and DNS addresses,
/// and one cable per pod. Everything is routed through the bridge's address (a pod's own address is
/// a /32), so that the VIP rules see both directions of every connection whatever the kernel's
/// bridge filter does.
///
/// All of it lives in the network namespace of the node and ends with it.
class NodeNetwork {
 public:
  /// Sets up the network namespace the caller is in.
  static absl::Status SetUp();

  /// Makes a pod's namespaces, with `hostname`, its cable and its address.
  /// @param sysctls  Names and values of securityContext.sysctls, set inside.
  static absl::StatusOr<Sandbox> AddPod(
      const std::string& hostname, Ipv4 address,
      const std::vector<std::pair<std::string, std::string>>& sysctls);
  /// Pulls the cable of the pod with this address.
  static void RemovePod(Ipv4 address);
};

/// Gives out pod addresses in order, from 10.244.0.2 on. One that was given back comes again last,
/// when whoever remembers it has forgotten.
class AddressPool {
 public:
  /// ResourceExhausted when all 65,000 are taken.
  absl::StatusOr<Ipv4> Take(const std::string& owner);
  void Release(Ipv4 address) { taken_.erase(address); }

 private:
  std::map<Ipv4, std::string> taken_;
  std::uint32_t next_ = 0;
};

}  // namespace outrigger::local
