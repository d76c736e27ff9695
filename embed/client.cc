#include "outrigger/client.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/socket_transport.h"
#include "base/task_scope.h"
#include "embed/convert.h"
#include "rpc/http_client.h"

namespace outrigger {
namespace {

CallResult BadRequest(std::string why) {
  return {.failure = CallFailure::kBadRequest, .error = std::move(why)};
}

struct Url {
  std::string host;  // without brackets
  std::uint16_t port = 80;
  std::string target;
};

/// http://host[:port][/path][?query]; empty for anything else. A fragment is for browsers and
/// dropped.
std::optional<Url> ParseUrl(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  text = text.substr(kScheme.size(), text.find('#') - kScheme.size());
  const auto authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  Url url;
  url.target = text.substr(authority_end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || stop != port.data() + port.size() || url.port == 0) return {};
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  if (authority.empty()) return std::nullopt;
  url.host = authority;
  return url;
}

}  // namespace

struct Client::Impl {
  /// `exchange` is the waiting caller's: gone once `done` is set, and the promise with it if it
  /// were not shared.
  Awaitable<void> Run(rpc::HttpExchange& exchange,
                      std::shared_ptr<std::promise<Result<void>>> done) {
    const Result<void> result = co_await http.Call(exchange);
    done->set_value(result);
  }

  SystemClock clock;
  EventLoop loop{clock};
  SocketDialer dialer{loop};
  rpc::SystemResolver resolver{loop};
  rpc::HttpClient http{loop, dialer, resolver};
  TaskScope calls{loop};
  std::thread thread{[this] { loop.Run(); }};
};

Client::Client() : impl_(std::make_unique<Impl>()) {}

Client::~Client() {
  impl_->loop.Stop();
  impl_->thread.join();
}

CallResult Client::Call(const std::string& host, std::uint16_t port, Request request,
                        const CallOptions& options) {
  rpc::HttpExchange exchange;
  exchange.host = host;
  exchange.port = port;
  if (std::string why = embed::FillExchange(request, exchange); !why.empty()) {
    return BadRequest(host + ":" + std::to_string(port) + ": " + why);
  }
  exchange.deadline = impl_->clock.Now() + options.timeout;
  exchange.max_response_bytes = options.max_body_bytes;
  exchange.reuse_connection = options.reuse_connection;
  const auto done = std::make_shared<std::promise<Result<void>>>();
  impl_->loop.Post([this, &exchange, done] { impl_->calls.Spawn(impl_->Run(exchange, done)); });
  return embed::ToCallResult(done->get_future().get(), exchange);
}

CallResult Client::Get(const std::string& url, const CallOptions& options) {
  std::optional<Url> parsed = ParseUrl(url);
  if (!parsed.has_value()) {
    return BadRequest("\"" + url + "\" is not a URL that can be called: http://host[:port]/path");
  }
  Request request;
  request.target = std::move(parsed->target);
  return Call(parsed->host, parsed->port, std::move(request), options);
}

}  // namespace outrigger
