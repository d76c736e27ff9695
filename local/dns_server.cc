#include "local/dns_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "local/dns_message.h"

namespace outrigger::local {
namespace {

constexpr std::size_t kMaxQuery = 1500;
constexpr int kPacketsPerTurn = 64;  // then the other descriptors get their turn

}  // namespace

DnsServer::DnsServer(PollLoop& loop, std::function<std::string(Ipv4)> namespace_of)
    : loop_(loop), namespace_of_(std::move(namespace_of)) {}

DnsServer::~DnsServer() {
  if (socket_) loop_.Unwatch(socket_.get());
}

absl::Status DnsServer::Start(Ipv4 address, std::uint16_t port) {
  socket_.Reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(address.value);
  if (!socket_ || ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) {
    return absl::ErrnoToStatus(
        errno, fmt::format("cannot listen on {}:{}/udp for DNS", address.ToString(), port));
  }
  loop_.Watch(socket_.get(), POLLIN, [this](short) { OnReadable(); });
  return absl::OkStatus();
}

void DnsServer::OnReadable() {
  std::array<std::uint8_t, kMaxQuery> buffer{};
  for (int i = 0; i < kPacketsPerTurn; ++i) {
    sockaddr_in peer{};
    socklen_t peer_size = sizeof peer;
    const ssize_t size = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                    reinterpret_cast<sockaddr*>(&peer), &peer_size);
    if (size < 0) return;
    const auto answer = Answer(std::span(buffer).first(static_cast<std::size_t>(size)),
                               Ipv4{ntohl(peer.sin_addr.s_addr)});
    // A full send buffer loses the answer, as UDP may; the resolver asks again.
    if (!answer.empty()) {
      (void)::sendto(socket_.get(), answer.data(), answer.size(), 0,
                     reinterpret_cast<sockaddr*>(&peer), peer_size);
    }
  }
}

std::vector<std::uint8_t> DnsServer::Answer(std::span<const std::uint8_t> packet, Ipv4 client) {
  const DnsParse parse = ParseDnsQuery(packet);
  if (parse.ignore) return {};
  if (parse.refuse) return BuildDnsResponse(packet, parse.query, *parse.refuse, {});
  const auto found = zone_.Find(parse.query.name, namespace_of_(client));
  if (!found) return BuildDnsResponse(packet, parse.query, DnsCode::kNoSuchName, {});
  if (parse.query.type != kDnsTypeA || found->empty()) {
    return BuildDnsResponse(packet, parse.query, DnsCode::kOk, {});
  }
  std::vector<Ipv4> addresses(found->begin(), found->end());
  const auto first = static_cast<std::ptrdiff_t>(turn_++ % addresses.size());
  std::rotate(addresses.begin(), addresses.begin() + first, addresses.end());
  return BuildDnsResponse(packet, parse.query, DnsCode::kOk, addresses);
}

}  // namespace outrigger::local
