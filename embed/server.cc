#include "outrigger/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <future>
#include <thread>
#include <utility>

#include "base/task_scope.h"
#include "embed/handler_stream.h"
#include "embed/signals.h"
#include "rpc/http_server.h"

namespace outrigger {
namespace {

/// SO_REUSEPORT would let a second server of the same user take half of the connections unnoticed.
rpc::HttpServerOptions EngineOptions(const ServerOptions& options) {
  rpc::HttpServerOptions engine;
  engine.http.idle_timeout = options.idle_timeout;
  engine.share_port = false;
  return engine;
}

}  // namespace

// Members in the order they are needed; destroyed the other way round: the pool before the loop
// that its last jobs post to.
struct Server::Impl {
  Impl(ServerOptions server_options, Routes server_routes)
      : options(std::move(server_options)),
        routes(std::move(server_routes)),
        stop_fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  void RequestStop() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(stop_fd.get(), &one, sizeof one);
  }
  void ShutDown(std::chrono::milliseconds drain);
  Awaitable<void> Drain(std::chrono::milliseconds time, std::promise<void>& done) {
    co_await http.Close(loop.Now() + time);
    done.set_value();
  }

  const ServerOptions options;
  Routes routes;
  std::string error;
  std::uint16_t port = 0;
  UniqueFd stop_fd;  // readable once somebody called Stop()

  SystemClock clock;
  EventLoop loop{clock};
  rpc::ThreadPool pool{static_cast<std::size_t>(std::max(1, options.handler_threads)),
                       options.max_queued_requests};
  embed::HandlerStreams handlers{routes, pool, options.max_body_bytes};
  rpc::HttpServer http{loop, handlers, EngineOptions(options)};
  TaskScope closing{loop};
  std::thread thread;  // runs the loop between Start() and ShutDown()
};

void Server::Impl::ShutDown(std::chrono::milliseconds drain) {
  if (!thread.joinable()) return;
  std::promise<void> done;
  loop.Post([&] { closing.Spawn(Drain(drain, done)); });
  done.get_future().wait();
  loop.Stop();
  thread.join();
}

Server::Server(ServerOptions options, Routes routes)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(routes))) {}

Server::~Server() { impl_->ShutDown(std::chrono::milliseconds(0)); }

void Server::Handle(std::string method, std::string path, Handler handler) {
  assert(impl_->port == 0 && "routes are added before Start()");
  impl_->routes.Add(std::move(method), std::move(path), std::move(handler));
}

bool Server::Start() {
  assert(impl_->port == 0 && "a server starts once");
  embed::StopSignal();
  const auto address = SocketAddress::Parse(impl_->options.address);
  if (!address.has_value()) {
    impl_->error = "\"" + impl_->options.address +
                   "\" is not an address: write IP:PORT, for instance 0.0.0.0:9080 or [::]:9080";
    return false;
  }
  if (!impl_->http.Listen(*address, impl_->error)) return false;
  impl_->port = impl_->http.address().port();
  impl_->thread = std::thread([this] { impl_->loop.Run(); });
  return true;
}

const std::string& Server::error() const { return impl_->error; }

std::uint16_t Server::port() const { return impl_->port; }

void Server::Wait(std::chrono::milliseconds drain) {
  pollfd waited[] = {{impl_->stop_fd.get(), POLLIN, 0}, {embed::StopSignal(), POLLIN, 0}};
  while (poll(waited, std::size(waited), -1) < 0 && errno == EINTR) {
  }
  impl_->ShutDown(drain);
}

void Server::Stop() { impl_->RequestStop(); }

}  // namespace outrigger
