#include "rpc/http_client.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "base/task_scope.h"
#include "rpc/whole_body.h"

namespace outrigger::rpc {
namespace {

constexpr std::size_t kMaxIdle = 256;
constexpr Duration kIdleTimeout = std::chrono::seconds(30);
constexpr Duration kSweepInterval = std::chrono::seconds(5);
constexpr Duration kConnectTimeout = std::chrono::seconds(10);  // per address
constexpr int kMaxInterim = 16;                                 // 1xx responses before the real one

constexpr Error kTooLate{ErrorCode::kTimeout, Side::kUpstream, "the call took too long"};

bool IsIdempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",   "OPTIONS",
                                                        "PUT", "DELETE", "TRACE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

bool IsConnectionLost(const Error& error) {
  return error.code == ErrorCode::kClosed || error.code == ErrorCode::kReset;
}

/// Sends what SendHead left. Failing is no news while the response can still be read: a server may
/// answer early.
Awaitable<void> SendRest(stream::BodySink& sink, std::string_view body) {
  if (body.empty()) {
    [[maybe_unused]] const Result<void> sent = co_await sink.Drain();
  } else {
    [[maybe_unused]] const Result<void> sent = co_await WriteWhole(sink, body);
  }
}

Awaitable<Result<void>> Receive(upstream::H1Upstream& connection, HttpExchange& exchange) {
  http::ResponseHead& head = exchange.response;
  for (int interim = 0;; ++interim) {
    head.Clear();
    const Result<void> read = co_await connection.ReadHead(head);
    if (!read) co_return read.error();
    if (head.status >= 200) break;
    if (head.status == 101) {
      co_return Error{ErrorCode::kUnsupported, Side::kUpstream, "the server changed the protocol"};
    }
    if (interim == kMaxInterim) {
      co_return Error{ErrorCode::kMalformed, Side::kUpstream, "too many interim responses"};
    }
  }
  Result<std::string> body =
      co_await ReadWhole(connection.response_body(), exchange.max_response_bytes);
  if (!body) co_return body.error();
  exchange.response_body = std::move(*body);
  co_return Result<void>{};
}

}  // namespace

HttpClient::HttpClient(EventLoop& loop, Dialer& dialer, Resolver& resolver)
    : loop_(loop), dialer_(dialer), resolver_(resolver) {}

HttpClient::~HttpClient() = default;

Awaitable<Result<void>> HttpClient::Call(HttpExchange& exchange) {
  ScopedTimeout timeout(co_await CurrentTask{});
  if (exchange.deadline != MonotonicTime::max()) timeout.Set(exchange.deadline, kTooLate);
  Connection connection = exchange.reuse_connection ? TakeIdle(exchange) : nullptr;
  while (true) {
    if (connection == nullptr) {
      Result<Connection> opened = co_await Connect(exchange);
      if (!opened) co_return opened.error();
      connection = std::move(*opened);
    }
    const Result<void> done = co_await Exchange(*connection, exchange);
    if (done) {
      GiveBack(exchange, std::move(connection));
      co_return done;
    }
    const bool stale = connection->maybe_stale() && IsConnectionLost(done.error());
    if (!stale || !IsIdempotent(exchange.request.method)) co_return done.error();
    connection = nullptr;  // a new one: cannot be stale again
  }
}

Awaitable<Result<HttpClient::Connection>> HttpClient::Connect(const HttpExchange& exchange) {
  const Result<std::vector<SocketAddress>> addresses =
      co_await resolver_.Resolve(exchange.host, exchange.port);
  if (!addresses) co_return addresses.error();
  TaskContext& task = co_await CurrentTask{};
  Error error = kTooLate;
  std::size_t left = addresses->size();
  for (const SocketAddress& address : *addresses) {
    if (loop_.Now() >= exchange.deadline) co_return kTooLate;
    // One address that swallows packets must not use up the time of the others.
    ScopedTimeout timeout(task);
    const Duration share = (exchange.deadline - loop_.Now()) / static_cast<int>(left--);
    if (left > 0 || share > kConnectTimeout) {
      timeout.Set(loop_.Now() + std::min(share, kConnectTimeout),
                  {ErrorCode::kConnectTimeout, Side::kUpstream, "connect timeout"});
    }
    DialOptions options;
    options.address = address;
    auto transport = co_await dialer_.Dial(options);
    if (transport) {
      co_return std::make_unique<upstream::H1Upstream>(std::move(*transport), read_buffer_,
                                                       limits_);
    }
    error = transport.error();
    if (task.interrupt() != nullptr && !timeout.fired())
      break;  // not this address: the whole call is over
  }
  co_return error;
}

Awaitable<Result<void>> HttpClient::Exchange(upstream::H1Upstream& connection,
                                             HttpExchange& exchange) {
  const bool has_body = !exchange.request_body.empty();
  TaskScope sender(loop_);
  const Result<void> sent = connection.SendHead(exchange.request, !has_body);
  // Beside reading: a server that answers while it still reads would otherwise wait for us as we
  // for it.
  if (sent && (has_body || connection.request_body().pending())) {
    sender.Spawn(SendRest(connection.request_body(), exchange.request_body));
  }
  const Result<void> received = co_await Receive(connection, exchange);
  sender.Stop();
  co_await sender.Join();
  co_return received;
}

HttpClient::Connection HttpClient::TakeIdle(const HttpExchange& exchange) {
  const auto found = idle_.find({exchange.host, exchange.port});
  if (found == idle_.end()) return nullptr;
  Connection connection;
  while (connection == nullptr && !found->second.empty()) {
    connection = std::move(found->second.back().connection);
    found->second.pop_back();
    --idle_count_;
    if (connection->spoiled()) connection = nullptr;
  }
  if (found->second.empty()) idle_.erase(found);
  return connection;
}

void HttpClient::GiveBack(const HttpExchange& exchange, Connection connection) {
  if (!exchange.reuse_connection || !connection->reusable() || connection->spoiled()) return;
  if (idle_count_ >= kMaxIdle) return;
  idle_[{exchange.host, exchange.port}].push_back({std::move(connection), loop_.Now()});
  ++idle_count_;
  if (!sweep_.armed()) loop_.timers().Arm(sweep_, loop_.Now() + kSweepInterval);
}

void HttpClient::Sweep() {
  const MonotonicTime oldest = loop_.Now() - kIdleTimeout;
  for (auto place = idle_.begin(); place != idle_.end();) {
    idle_count_ -= std::erase_if(place->second, [&](const Idle& idle) {
      return idle.since < oldest || idle.connection->spoiled();
    });
    place = place->second.empty() ? idle_.erase(place) : std::next(place);
  }
  if (!idle_.empty()) loop_.timers().Arm(sweep_, loop_.Now() + kSweepInterval);
}

}  // namespace outrigger::rpc
