#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interception/options.h"

namespace outrigger::interception {

/// Addresses of the pod under test and of the world outside, reachable over the pod's eth0. Outside
/// also owns `far`, behind the pod's default route.
struct Addresses {
  std::string pod, outside, far, loopback, magic;
};
const Addresses& AddressesOf(Family family);

enum class Place { kPod, kOutside };

/// One connection attempt. Who makes it is a matter of the socket: its user, group and mark.
struct Flow {
  std::string name;
  std::string to;
  std::uint16_t port = 0;
  Place from = Place::kPod;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mark = 0;
  std::string source = {};  ///< bind to this address first
};

/// Where a connection arrived.
struct Arrival {
  std::string listener;              ///< "app", "inbound", "outbound", ..., or "nobody: <error>"
  std::string original_destination;  ///< SO_ORIGINAL_DST as host:port; empty outside the pod
  std::string peer;                  ///< the client's address as the listener sees it
};

/// A pod made for one test: a network namespace with eth0 and lo, joined by a veth pair to a second
/// namespace that plays the world. Ports listened on, in both families:
///
///   pod: 15001 outbound, 15006 inbound, 15008 tunnel, 15020 and 15021 health, 9080 and 9081 app
///   outside: 80 and 81 remote
///
/// Moves the calling thread into the pod's namespace, so give it a thread or process of its own
/// (InPod does); both namespaces vanish with its sockets and that thread.
class Pod {
 public:
  Pod();
  ~Pod();
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;

  /// Connects and says who accepted. The connection is closed again.
  Arrival Connect(const Flow& flow);

  /// A connection that stays open; true when bytes still get through in both directions.
  void OpenLastingConnection(const Flow& flow);
  bool LastingConnectionWorks() const;

  /// The pod's packet rules without counters, as nft prints them.
  static std::string ListRules();

  /// Runs a command in the pod; throws when it fails.
  static void Shell(const std::string& command);

 private:
  struct Listener {
    std::string name;
    Place place;
    int fd;
  };

  void Listen(Place place, Family family, std::uint16_t port, std::string name);
  int OpenSocket(const Flow& flow, Family family) const;
  std::optional<std::pair<const Listener*, int>> AcceptAnywhere() const;
  void Enter(Place place) const;

  int pod_ns_ = -1;
  int outside_ns_ = -1;
  int lasting_client_ = -1;
  int lasting_server_ = -1;
  std::vector<Listener> listeners_;
};

/// Why pods cannot be made here (not root, no nftables in the kernel, no `ip`); empty if they can.
std::string WhyNoPods();

/// Runs `body` with a fresh pod, on a thread of its own.
void InPod(const std::function<void(Pod&)>& body);

}  // namespace outrigger::interception
