#include "tests/interception/pod.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "interception/apply.h"

namespace outrigger::interception {
namespace {

constexpr int kPatienceMs = 5000;  // only a failing test waits this long

[[noreturn]] void Throw(std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Family FamilyOf(const std::string& address) {
  return address.find(':') == std::string::npos ? Family::kIpv4 : Family::kIpv6;
}

SocketAddress MakeAddress(const std::string& text, std::uint16_t port) {
  SocketAddress address;
  if (FamilyOf(text) == Family::kIpv4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    inet_pton(AF_INET, text.c_str(), &v4.sin_addr);
    std::memcpy(&address.storage, &v4, address.size = sizeof(v4));
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr);
    std::memcpy(&address.storage, &v6, address.size = sizeof(v6));
  }
  return address;
}

std::pair<std::string, std::uint16_t> Read(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof(v4));
    return {inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size()), ntohs(v4.sin_port)};
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address.storage, sizeof(v6));
  return {inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size()), ntohs(v6.sin6_port)};
}

std::string OriginalDestination(int fd) {
  SocketAddress local;
  getsockname(fd, local.get(), &local.size);
  const int level = local.storage.ss_family == AF_INET ? SOL_IP : SOL_IPV6;
  SocketAddress original;
  if (getsockopt(fd, level, SO_ORIGINAL_DST, original.get(), &original.size) != 0) {
    return std::strerror(errno);
  }
  const auto [address, port] = Read(original);
  return fmt::format("{}:{}", address, port);
}

std::string PeerOf(int fd) {
  SocketAddress peer;
  getpeername(fd, peer.get(), &peer.size);
  return Read(peer).first;
}

int NewNetworkNamespace() {
  if (unshare(CLONE_NEWNET) != 0) Throw("unshare");
  const int fd = open("/proc/thread-self/ns/net", O_RDONLY);  // `ip` inherits it: see Pod()
  if (fd < 0) Throw("/proc/thread-self/ns/net");
  return fd;
}

}  // namespace

const Addresses& AddressesOf(Family family) {
  static const Addresses v4{"10.77.0.2", "10.77.0.1", "10.1.2.3", "127.0.0.1", "127.0.0.6"};
  static const Addresses v6{"fd77::2", "fd77::1", "fd01::2:3", "::1", "::6"};
  return family == Family::kIpv4 ? v4 : v6;
}

Pod::Pod() {
  outside_ns_ = NewNetworkNamespace();
  pod_ns_ = NewNetworkNamespace();
  const std::string outside = fmt::format("/proc/self/fd/{}", outside_ns_);
  Shell("ip link set lo up && ip link add eth0 type veth peer name pod0");
  Shell(fmt::format("ip link set pod0 netns {}", outside));
  Shell("ip addr add 10.77.0.2/24 dev eth0 && ip addr add fd77::2/64 dev eth0 nodad");
  Enter(Place::kOutside);
  Shell("ip link set lo up && ip link set pod0 up");
  Shell("ip addr add 10.77.0.1/24 dev pod0 && ip addr add fd77::1/64 dev pod0 nodad");
  Shell("ip addr add 10.1.2.3/32 dev lo && ip addr add fd01::2:3/128 dev lo");
  Enter(Place::kPod);
  Shell(
      "ip link set eth0 up && ip route add default via 10.77.0.1 &&"
      " ip -6 route add default via fd77::1");

  constexpr std::array<std::pair<std::uint16_t, const char*>, 7> kPodPorts{{{15001, "outbound"},
                                                                            {15006, "inbound"},
                                                                            {15008, "tunnel"},
                                                                            {15020, "health"},
                                                                            {15021, "health"},
                                                                            {9080, "app"},
                                                                            {9081, "app"}}};
  for (const Family family : {Family::kIpv4, Family::kIpv6}) {
    for (const auto& [port, name] : kPodPorts) Listen(Place::kPod, family, port, name);
    Listen(Place::kOutside, family, 80, "remote");
    Listen(Place::kOutside, family, 81, "remote");
  }
}

Pod::~Pod() {
  for (const Listener& listener : listeners_) close(listener.fd);
  for (const int fd : {lasting_client_, lasting_server_, pod_ns_, outside_ns_}) {
    if (fd >= 0) close(fd);
  }
}

void Pod::Enter(Place place) const {
  if (setns(place == Place::kPod ? pod_ns_ : outside_ns_, CLONE_NEWNET) != 0) Throw("setns");
}

void Pod::Listen(Place place, Family family, std::uint16_t port, std::string name) {
  Enter(place);
  const int domain = family == Family::kIpv4 ? AF_INET : AF_INET6;
  const int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (domain == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  auto address = MakeAddress(family == Family::kIpv4 ? "0.0.0.0" : "::", port);
  if (fd < 0 || bind(fd, address.get(), address.size) != 0 || listen(fd, 8) != 0) Throw(name);
  listeners_.push_back({std::move(name), place, fd});
  Enter(Place::kPod);
}

// The rules look at the file system uid and gid of whoever made the socket; those, unlike the
// effective ones, can change without losing the rights this test needs.
int Pod::OpenSocket(const Flow& flow, Family family) const {
  Enter(flow.from);
  setfsgid(flow.gid);
  setfsuid(flow.uid);
  const int domain = family == Family::kIpv4 ? AF_INET : AF_INET6;
  const int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  setfsuid(0);
  setfsgid(0);
  Enter(Place::kPod);
  if (fd < 0) Throw("socket");
  if (flow.mark != 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &flow.mark, sizeof(flow.mark)) != 0) {
    Throw("SO_MARK");
  }
  if (!flow.source.empty()) {
    auto source = MakeAddress(flow.source, 0);
    if (bind(fd, source.get(), source.size) != 0) Throw("bind " + flow.source);
  }
  auto to = MakeAddress(flow.to, flow.port);
  if (connect(fd, to.get(), to.size) != 0 && errno != EINPROGRESS) Throw("connect " + flow.to);
  return fd;
}

std::optional<std::pair<const Pod::Listener*, int>> Pod::AcceptAnywhere() const {
  std::vector<pollfd> ready;
  for (const Listener& listener : listeners_) ready.push_back({listener.fd, POLLIN, 0});
  if (poll(ready.data(), ready.size(), kPatienceMs) <= 0) return std::nullopt;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].revents == 0) continue;
    return std::pair(&listeners_[i], accept4(listeners_[i].fd, nullptr, nullptr, SOCK_CLOEXEC));
  }
  return std::nullopt;
}

Arrival Pod::Connect(const Flow& flow) {
  const int client = OpenSocket(flow, FamilyOf(flow.to));
  const auto accepted = AcceptAnywhere();
  Arrival arrival;
  if (accepted) {
    const auto& [listener, server] = *accepted;
    arrival.listener = listener->name;
    if (listener->place == Place::kPod) arrival.original_destination = OriginalDestination(server);
    arrival.peer = PeerOf(server);
    close(server);
  } else {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &size);
    arrival.listener = fmt::format("nobody: {}", std::strerror(error));
  }
  close(client);
  return arrival;
}

void Pod::OpenLastingConnection(const Flow& flow) {
  lasting_client_ = OpenSocket(flow, FamilyOf(flow.to));
  const auto accepted = AcceptAnywhere();
  if (!accepted) throw std::runtime_error("nobody accepted the lasting connection");
  lasting_server_ = accepted->second;
}

bool Pod::LastingConnectionWorks() const {
  const auto passes = [](int from, int to) {
    char byte = 'x';
    if (send(from, &byte, 1, MSG_NOSIGNAL) != 1) return false;
    pollfd ready{to, POLLIN, 0};
    return poll(&ready, 1, kPatienceMs) == 1 && recv(to, &byte, 1, 0) == 1;
  };
  return passes(lasting_client_, lasting_server_) && passes(lasting_server_, lasting_client_);
}

std::string Pod::ListRules() {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen("nft -s list ruleset", "r"), pclose);
  if (pipe == nullptr) Throw("nft");
  std::string text;
  std::array<char, 4096> chunk{};
  while (const auto n = fread(chunk.data(), 1, chunk.size(), pipe.get()))
    text.append(chunk.data(), n);
  return text;
}

void Pod::Shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string WhyNoPods() {
  if (geteuid() != 0) return "needs root to make network namespaces";
  if (std::system("command -v ip nft >/dev/null") != 0) return "needs the programs ip and nft";
  std::string why;
  std::thread([&why] {
    if (unshare(CLONE_NEWNET) != 0) {
      why = fmt::format("network namespaces: {}", std::strerror(errno));
    } else if (const auto status = Apply(Options{}); !status.ok()) {
      why = std::string(status.message());
    }
  }).join();
  return why;
}

void InPod(const std::function<void(Pod&)>& body) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      Pod pod;
      body(pod);
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);  // GoogleTest reports it with its message
}

}  // namespace outrigger::interception
