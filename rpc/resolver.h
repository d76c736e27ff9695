#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/awaitable.h"
#include "rpc/thread_pool.h"

namespace outrigger::rpc {

/// Names to addresses, for our own programs.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Addresses of `host` (a name or an IP literal), best first, at least one. Errors: kNoEndpoint
  /// (no such name), kOverflow (too many questions at once), and the task's interrupt.
  virtual Awaitable<Result<std::vector<SocketAddress>>> Resolve(std::string host,
                                                                std::uint16_t port) = 0;
};

/// Asks the C library, so /etc/hosts, search domains and everything else of the machine apply.
/// getaddrinfo() blocks and cannot be called off, so it runs on a few threads of its own; the
/// destructor waits for those.
class SystemResolver final : public Resolver {
 public:
  explicit SystemResolver(EventLoop& loop);
  Awaitable<Result<std::vector<SocketAddress>>> Resolve(std::string host,
                                                        std::uint16_t port) override;

 private:
  EventLoop& loop_;
  ThreadPool pool_;
};

}  // namespace outrigger::rpc
