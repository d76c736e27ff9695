#include "proxy/server/agent.h"

#include <boost/json.hpp>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include "base/log.h"
#include "base/socket_transport.h"
#include "base/task_scope.h"
#include "proxy/server/pages.h"
#include "proxy/server/server.h"

namespace outrigger::server {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxProbeBody = 10 * 1024;

std::optional<json::object> ReadVariable(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return std::nullopt;
  json::error_code error;
  json::value value = json::parse(text, error);
  if (!error && value.is_object()) return value.as_object();
  Log(LogLevel::kWarning, "agent", std::string(name) + " is not a JSON object; ignored");
  return std::nullopt;
}

/// A member as text, whether it was written as a string or a number.
std::string TextOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->as_string());
  return value->is_number() ? json::serialize(*value) : std::string();
}

std::optional<std::uint16_t> PortOf(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<FetchRequest> ReadAppMetrics() {
  const auto annotations = ReadVariable("ISTIO_PROMETHEUS_ANNOTATIONS");
  if (!annotations || TextOf(*annotations, "scrape") == "false") return std::nullopt;
  const std::string port_text = TextOf(*annotations, "port");
  const std::string path = TextOf(*annotations, "path");
  const auto port = PortOf(port_text.empty() ? "80" : port_text);
  if (!port) return std::nullopt;
  FetchRequest request;
  request.address = *SocketAddress::FromIp("127.0.0.1", *port);
  request.host = "localhost:" + std::to_string(*port);
  request.path = path.empty() ? "/metrics" : path;
  return request;
}

/// `{"httpGet": {"path", "port", "httpHeaders"}, "timeoutSeconds"}` or `{"tcpSocket": {"port"},
/// ...}`.
std::optional<AgentOptions::Probe> ReadProbe(const json::object& config,
                                             const std::string& pod_ip) {
  AgentOptions::Probe probe;
  const json::value* action = config.if_contains("httpGet");
  if (action == nullptr) {
    action = config.if_contains("tcpSocket");
    probe.kind = AgentOptions::Probe::Kind::kTcp;
  }
  if (action == nullptr || !action->is_object()) return std::nullopt;
  const json::object& target = action->as_object();
  const auto port = PortOf(TextOf(target, "port"));
  const auto address =
      port ? SocketAddress::FromIp(pod_ip.empty() ? "127.0.0.1" : pod_ip, *port) : std::nullopt;
  if (!address) return std::nullopt;
  FetchRequest& request = probe.request;
  request.address = *address;
  // The source address that the pod's rules let through to the app (interception reference,
  // ISTIO_OUTPUT row 2).
  if (!pod_ip.empty())
    request.source = *SocketAddress::FromIp(address->family() == AF_INET ? "127.0.0.6" : "::6", 0);
  request.host = address->text();
  request.path = TextOf(target, "path");
  if (request.path.empty() || request.path.front() != '/') request.path.insert(0, "/");
  request.max_body_bytes = kMaxProbeBody;
  const std::string timeout = TextOf(config, "timeoutSeconds");
  if (!timeout.empty())
    request.timeout = std::chrono::seconds(std::max(1L, std::strtol(timeout.c_str(), nullptr, 10)));
  if (const json::value* headers = target.if_contains("httpHeaders");
      headers != nullptr && headers->is_array()) {
    for (const json::value& header : headers->as_array()) {
      if (!header.is_object()) continue;
      const std::string name = TextOf(header.as_object(), "name");
      const std::string value = TextOf(header.as_object(), "value");
      if (http::EqualsIgnoreCase(name, "host")) {
        request.host = value;
      } else {
        request.headers.emplace_back(name, value);
      }
    }
  }
  return probe;
}

std::string_view PathWithoutSlashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

}  // namespace

AgentOptions AgentOptions::FromEnvironment() {
  AgentOptions options;
  options.app_metrics = ReadAppMetrics();
  const char* ip = std::getenv("INSTANCE_IP");
  const auto probers = ReadVariable("ISTIO_KUBE_APP_PROBERS");
  if (!probers) return options;
  for (const auto& [path, config] : *probers) {
    const auto probe =
        config.is_object() ? ReadProbe(config.as_object(), ip == nullptr ? "" : ip) : std::nullopt;
    if (probe) {
      options.probes.emplace(std::string(path), *probe);
    } else {
      Log(LogLevel::kWarning, "agent",
          "probe " + std::string(path) + " is not understood; it will answer 400");
    }
  }
  return options;
}

Awaitable<void> AgentHandler::Serve(stream::ServerStream& stream) {
  const std::string_view path = PathWithoutSlashes(stream.request().path());
  if (path == "/healthz/ready") {
    co_await Reply(stream, server_.ready() ? 200 : 503, server_.ready() ? "" : "not ready\n");
  } else if (path == "/stats/prometheus" || path == "/metrics") {
    co_await ServeMerged(stream);
  } else if (path.starts_with("/app-health/")) {
    co_await ServeProbe(stream);
  } else if (path == "/drain" || path == "/quitquitquit") {
    if (!co_await MayChangeState(stream)) co_return;
    co_await Reply(stream, 200, "OK");
    if (path == "/drain") {
      server_.BeginDrain();
    } else {
      std::raise(SIGTERM);
    }
  } else {
    co_await Reply(stream, 404, "no such page\n");
  }
}

/// The app's part goes last and may fail: the scrape never does.
Awaitable<void> AgentHandler::ServeMerged(stream::ServerStream& stream) {
  ++scrapes_;
  std::string app;
  if (options_.app_metrics) {
    FetchRequest request = *options_.app_metrics;
    request.headers.emplace_back("accept", "text/plain;version=0.0.4");
    Result<Fetched> fetched = co_await Fetch(server_.loop(), read_buffer_, std::move(request));
    if (!fetched && fetched.error().side == Side::kDownstream) co_return;
    if (fetched && fetched->status == 200 && !fetched->truncated) {
      app = std::move(fetched->body);
      if (!app.empty() && app.back() != '\n') app.push_back('\n');
    } else {
      ++app_failures_;
    }
  }
  std::string own = "# TYPE istio_agent_scrapes_total counter\nistio_agent_scrapes_total " +
                    std::to_string(scrapes_) +
                    "\n\n# TYPE istio_agent_scrape_failures_total counter\n"
                    "istio_agent_scrape_failures_total{type=\"application\"} " +
                    std::to_string(app_failures_) + "\n\n";
  co_await ReplyMetrics(stream, *server_.registry(), own, app);
}

Awaitable<void> AgentHandler::ServeProbe(stream::ServerStream& stream) {
  const auto it = options_.probes.find(std::string(stream.request().path()));
  if (it == options_.probes.end()) {
    co_await Reply(stream, 400, "no probe of that name was rewritten\n");
    co_return;
  }
  if (it->second.kind == AgentOptions::Probe::Kind::kTcp) {
    const ScopedTimeout timeout(co_await CurrentTask{},
                                server_.loop().Now() + it->second.request.timeout,
                                {ErrorCode::kTimeout, Side::kUpstream, "probe timeout"});
    SocketDialer dialer(server_.loop());
    const auto dialed = co_await dialer.Dial(
        {.address = it->second.request.address, .source = it->second.request.source});
    co_await Reply(stream, dialed ? 200 : 500, "");
    co_return;
  }
  const Result<Fetched> fetched = co_await Fetch(server_.loop(), read_buffer_, it->second.request);
  if (!fetched) {
    co_await Reply(stream, 500, fetched.error().detail);
    co_return;
  }
  co_await Reply(
      stream, fetched->status, fetched->body,
      fetched->content_type.empty() ? "text/plain" : std::string_view(fetched->content_type));
}

}  // namespace outrigger::server
