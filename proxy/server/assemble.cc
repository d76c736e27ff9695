#include "proxy/server/assemble.h"

#include "proxy/listener/detect.h"
#include "proxy/tcp/relay.h"

namespace outrigger::server {

namespace {

using listener::Detected;
using snapshot::Protocol;
using worker::ChainRuntime;
using worker::ListenerRuntime;
using worker::Worker;

/// Malformed requests have no stream and so no edge; they are counted by reason.
class BadRequests final : public listener::HttpEvents {
 public:
  explicit BadRequests(Worker& worker) : worker_(worker) {}
  void OnBadRequest(int /*status*/, const Error& error) override {
    worker_.CountLocalReply(error.code == ErrorCode::kMalformed ? "bad_request"
                                                                : ToString(error.code));
  }

 private:
  Worker& worker_;
};

/// Reads, without losing a byte, until the first ones tell the protocol. A silent client may stay
/// silent (robustness.md C-5): there is no clock here, because a protocol in which the server
/// speaks first must be declared.
Awaitable<Result<Detected>> Detect(Input& input) {
  std::string seen;
  while (true) {
    const Result<bool> filled = input.Fill();
    if (!filled) {
      if (seen.empty()) co_return filled.error();
      input.Prepend(seen);
      co_return Detected::kOther;  // too little for anything we know, and the client has finished
    }
    if (*filled) {
      // Usually all in one piece, which is looked at where it lies.
      const Detected at_once =
          listener::DetectProtocol(seen.empty() ? input.bytes() : std::string_view(seen));
      if (seen.empty() && at_once != Detected::kNeedMore) co_return at_once;
      seen.append(input.bytes());
      input.bytes() = {};
      const Detected detected = listener::DetectProtocol(seen);
      if (detected != Detected::kNeedMore) {
        input.Prepend(seen);
        co_return detected;
      }
    }
    if (const Result<void> waited = co_await input.transport().WaitReadable(); !waited)
      co_return waited.error();
  }
}

bool IsOwnPort(const stream::ConnectionInfo& info) {
  return info.original_destination == info.local;
}

tcp::RelayOptions RelayTo(std::string cluster, router::Direction direction, Duration idle_timeout) {
  tcp::RelayOptions options;
  options.cluster = std::move(cluster);
  options.direction = direction;
  options.idle_timeout = idle_timeout;
  return options;
}

}  // namespace

Awaitable<void> ServeConnection(Worker& worker, std::shared_ptr<ListenerRuntime> listener,
                                std::unique_ptr<Transport> transport, stream::ConnectionInfo info) {
  const snapshot::ListenerConfig& config = listener->config();

  // 1. Interception: a direct call to a capture port has no original destination and would loop
  // (robustness.md C-6).
  if (config.capture && IsOwnPort(info)) {
    worker.CountDetection("none", "direct call to the capture port");
    transport->ResetOnClose();
    co_return;
  }

  // 2. Bytes are read into the worker's buffer; what is not used yet waits in the connection's
  // Input.
  Input input(*transport, worker.read_buffer());

  // 3. The chain for where the client wanted to go; none: as opaque bytes to where it wanted to go,
  // if that is allowed.
  ChainRuntime* chain = listener->FindChain(info.original_destination);
  if (chain == nullptr) {
    worker.CountDetection("tcp", "no chain for the destination");
    co_await tcp::Relay(
        worker, input, info,
        RelayTo(config.passthrough_cluster, config.direction, std::chrono::hours(1)));
    co_return;
  }

  // 4. The protocol: declared, or told by the first bytes.
  Protocol protocol = chain->config.protocol;
  if (protocol == Protocol::kAuto) {
    const Result<Detected> detected = co_await Detect(input);
    if (!detected) co_return;
    protocol = *detected == Detected::kHttp1 ? Protocol::kHttp : Protocol::kTcp;
    worker.CountDetection(protocol == Protocol::kHttp ? "http" : "tcp", "first bytes");
  }

  // 5. Opaque bytes are relayed to an endpoint of the chain's cluster ...
  if (protocol == Protocol::kTcp) {
    co_await tcp::Relay(
        worker, input, info,
        RelayTo(chain->config.tcp.cluster, config.direction, chain->config.tcp.idle_timeout));
    co_return;
  }

  // 6. ... HTTP goes through codec, stream, filters, routes, load balancer and pool
  // (router/exchange.cc).
  BadRequests bad_requests(worker);
  listener::H1Connection connection(worker.loop(), input, info, chain->http_options,
                                    worker.connections(), chain->router, &bad_requests);
  co_await connection.Run();
}

}  // namespace outrigger::server
