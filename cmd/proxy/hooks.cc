#include <cstdio>
#include <optional>

#include "base/socket_transport.h"
#include "base/task_scope.h"
#include "cmd/proxy/options.h"
#include "proxy/upstream/h1_upstream.h"

/// `wait` and `request`: what lifecycle hooks of a pod run (the pilot-agent forms).
namespace outrigger::cmd {

namespace {

constexpr Duration kPollInterval = std::chrono::milliseconds(500);

struct Url {
  SocketAddress address;
  std::string path;
};

/// http://IP:PORT/PATH; "localhost" is 127.0.0.1.
std::optional<Url> ParseUrl(std::string url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.erase(0, kScheme.size());
  const std::size_t slash = url.find('/');
  std::string host = url.substr(0, slash);
  if (host.starts_with("localhost")) host.replace(0, 9, "127.0.0.1");
  const auto address =
      SocketAddress::Parse(host.find(':') == std::string::npos ? host + ":80" : host);
  if (!address) return std::nullopt;
  return Url{*address, slash == std::string::npos ? "/" : url.substr(slash)};
}

/// Status of one request, 0 when there was no answer.
Awaitable<int> Ask(EventLoop& loop, ReadBuffer& buffer, std::string method, Url url) {
  const ScopedTimeout timeout(co_await CurrentTask{}, loop.Now() + std::chrono::seconds(5),
                              {ErrorCode::kTimeout, Side::kUpstream, "no answer"});
  SocketDialer dialer(loop);
  auto transport = co_await dialer.Dial({.address = url.address, .source = {}});
  if (!transport) co_return 0;
  upstream::H1Upstream connection(std::move(*transport), buffer, {});
  Arena arena;
  http::RequestHead head(arena);
  head.method = method;
  head.target = url.path;
  head.authority = arena.Copy(url.address.text());
  head.content_length = method == "POST" ? std::optional<std::uint64_t>(0) : std::nullopt;
  if (!connection.SendHead(head, true)) co_return 0;
  http::ResponseHead response(arena);
  if (!co_await connection.ReadHead(response)) co_return 0;
  co_return response.status;
}

Awaitable<void> Poll(EventLoop& loop, ReadBuffer& buffer, Url url, MonotonicTime deadline,
                     bool* ready) {
  while (loop.Now() < deadline && !*ready) {
    *ready = co_await Ask(loop, buffer, "GET", url) == 200;
    if (!*ready && !co_await SleepUntil(loop, loop.Now() + kPollInterval)) break;
  }
  loop.Stop();
}

Awaitable<void> AskOnce(EventLoop& loop, ReadBuffer& buffer, std::string method, Url url,
                        int* status) {
  *status = co_await Ask(loop, buffer, std::move(method), std::move(url));
  loop.Stop();
}

}  // namespace

int ProbeUntilReady(const ProxyOptions& options) {
  const auto url = ParseUrl(options.url);
  if (!url) {
    std::fprintf(stderr, "outrigger-proxy: --url %s: want http://IP:PORT/PATH\n",
                 options.url.c_str());
    return 2;
  }
  const SystemClock clock;
  EventLoop loop(clock);
  ReadBuffer buffer;
  bool ready = false;
  TaskScope tasks(loop);
  tasks.Spawn(
      Poll(loop, buffer, *url, loop.Now() + std::chrono::seconds(options.timeout_seconds), &ready));
  loop.Run();
  if (ready) return 0;
  std::fprintf(stderr, "outrigger-proxy: %s was not ready within %d s\n", options.url.c_str(),
               options.timeout_seconds);
  return 1;
}

int RequestOnce(const ProxyOptions& options) {
  const SystemClock clock;
  EventLoop loop(clock);
  ReadBuffer buffer;
  int status = 0;
  TaskScope tasks(loop);
  const Url url{*SocketAddress::FromIp("127.0.0.1", static_cast<std::uint16_t>(options.debug_port)),
                options.path};
  tasks.Spawn(AskOnce(loop, buffer, options.method, url, &status));
  loop.Run();
  if (status / 100 == 2) return 0;
  std::fprintf(stderr, "outrigger-proxy: %s %s answered %d\n", options.method.c_str(),
               options.path.c_str(), status);
  return 1;
}

}  // namespace outrigger::cmd
