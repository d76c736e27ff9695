#include "rpc/resolver.h"

#include <netdb.h>

#include <utility>

namespace outrigger::rpc {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kQueued = 1024;

using Addresses = std::vector<SocketAddress>;

Addresses AskSystem(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
  Addresses addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    addresses.emplace_back(entry->ai_addr);
    addresses.back().set_port(port);
  }
  freeaddrinfo(list);
  return addresses;
}

}  // namespace

SystemResolver::SystemResolver(EventLoop& loop) : loop_(loop), pool_(kThreads, kQueued) {}

Awaitable<Result<Addresses>> SystemResolver::Resolve(std::string host, std::uint16_t port) {
  if (const auto literal = SocketAddress::FromIp(host, port); literal.has_value()) {
    co_return Addresses{*literal};
  }
  std::function<Addresses()> ask = [host, port] { return AskSystem(host, port); };
  Result<Addresses> addresses = co_await RunOnThread(pool_, loop_, std::move(ask));
  if (addresses && addresses->empty()) {
    co_return Error{ErrorCode::kNoEndpoint, Side::kUpstream, "no address is known for this name"};
  }
  co_return addresses;
}

}  // namespace outrigger::rpc
