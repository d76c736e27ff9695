#include "proxy/server/admin.h"

#include <google/protobuf/util/json_util.h>
#include <re2/re2.h>

#include <csignal>

#include "base/log.h"
#include "metrics/scrape.h"
#include "proxy/server/pages.h"
#include "proxy/server/server.h"

namespace outrigger::server {

namespace {

constexpr std::string_view kJson = "application/json";

std::string_view StateOf(const Server& server) {
  if (server.ready()) return "LIVE";
  return server.draining() ? "DRAINING" : "PRE_INITIALIZING";
}

std::string ConfigDump(const Server& server) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(server.config(), &text, options);
  return status.ok() ? text : "{}";
}

std::string Listeners(const Server& server) {
  std::string text;
  if (server.snapshot() == nullptr) return text;
  for (const auto& listener : server.snapshot()->listeners) {
    text += listener->name + "::" + server.ListenerAddress(listener->name).text() + "\n";
  }
  return text;
}

std::string ServerInfo(const Server& server) {
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
      const_cast<Server&>(server).loop().Now() - server.start_time());
  std::string text = "{\n \"version\": \"" + server.options().build_version + "\",\n \"state\": \"";
  text.append(StateOf(server)).append("\",\n \"uptime_current_epoch\": \"");
  return text + std::to_string(uptime.count()) +
         "s\",\n \"workers\": " + std::to_string(server.worker_count()) + "\n}\n";
}

/// Lines that are not comments, those matching `filter` when given.
std::string Stats(Server& server, std::string_view query) {
  std::string filter;
  constexpr std::string_view kFilter = "filter=";
  if (const std::size_t at = query.find(kFilter); at != std::string_view::npos) {
    filter = query.substr(at + kFilter.size());
    filter = filter.substr(0, filter.find('&'));
  }
  const re2::RE2 pattern(filter, re2::RE2::Quiet);
  if (!pattern.ok()) return "the filter is not a regular expression\n";
  const std::string all = metrics::ScrapeAll(*server.registry());
  std::string text;
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = all.find('\n', begin);
    const std::string_view line = std::string_view(all).substr(begin, end - begin);
    begin = end == std::string::npos ? all.size() : end + 1;
    if (line.empty() || line.front() == '#') continue;
    if (filter.empty() ||
        re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), pattern)) {
      text.append(line).append("\n");
    }
  }
  return text;
}

/// `cluster::address::field::value`, the form of Envoy's /clusters.
std::string ClustersOf(worker::Worker& worker) {
  std::string text;
  for (const auto& [name, pool] : worker.pools()) {
    const auto line = [&text, &cluster = name](const std::string& rest) {
      text += cluster + "::" + rest + "\n";
    };
    line("rq_active::" + std::to_string(pool->active_requests()));
    line("cx_idle::" + std::to_string(pool->idle_connections()));
    for (const cluster::EndpointPtr& endpoint : pool->endpoints().endpoints()) {
      const std::string address = endpoint->config.address.text();
      line(address + "::rq_active::" + std::to_string(endpoint->active));
      line(address + "::weight::" + std::to_string(endpoint->config.weight));
    }
  }
  return text;
}

}  // namespace

Awaitable<void> AdminHandler::Serve(stream::ServerStream& stream) {
  const std::string_view path = stream.request().path();
  if (path == "/ready") {
    const std::string text = std::string(StateOf(server_)) + "\n";
    co_await Reply(stream, server_.ready() ? 200 : 503, text);
  } else if (path.starts_with("/stats/prometheus")) {
    co_await ReplyMetrics(stream, *server_.registry(), {}, {});
  } else if (path == "/stats") {
    const std::string text = Stats(server_, stream.request().query());
    co_await Reply(stream, 200, text);
  } else if (path == "/config_dump") {
    const std::string text = ConfigDump(server_);
    co_await Reply(stream, 200, text, kJson);
  } else if (path == "/listeners") {
    const std::string text = Listeners(server_);
    co_await Reply(stream, 200, text);
  } else if (path == "/server_info") {
    const std::string text = ServerInfo(server_);
    co_await Reply(stream, 200, text, kJson);
  } else if (path == "/clusters") {
    co_await ServeClusters(stream);
  } else if (path == "/logging") {
    co_await ServeLogging(stream);
  } else if (path == "/drain" || path == "/quitquitquit") {
    co_await ServeQuit(stream);
  } else {
    co_await Reply(
        stream, 404,
        "no such page; there are /ready /stats /stats/prometheus /config_dump /clusters /listeners "
        "/server_info /logging /drain /quitquitquit\n");
  }
}

Awaitable<void> AdminHandler::ServeClusters(stream::ServerStream& stream) {
  struct Answer {
    WaitPoint arrived;
    std::string text;
    std::size_t missing;
  };
  // Shared: a client that leaves does not wait for the workers' answers.
  const auto answer = std::make_shared<Answer>();
  answer->missing = server_.worker_count();
  for (std::size_t i = 0; i < server_.worker_count(); ++i) {
    server_.AskWorker(i, ClustersOf, [answer](const std::string& text) {
      answer->text += text;
      if (--answer->missing == 0) answer->arrived.Notify();
    });
  }
  while (answer->missing > 0) {
    if (const Result<void> waited = co_await answer->arrived.Wait(); !waited) co_return;
  }
  co_await Reply(stream, 200, answer->text);
}

Awaitable<void> AdminHandler::ServeLogging(stream::ServerStream& stream) {
  constexpr std::string_view kLevel = "level=";
  const std::string_view query = stream.request().query();
  if (query.starts_with(kLevel)) {
    if (!co_await MayChangeState(stream)) co_return;
    const auto level = ParseLogLevel(query.substr(kLevel.size()));
    if (!level) {
      co_await Reply(stream, 400, "levels are trace, debug, info, warning, error, off\n");
      co_return;
    }
    SetLogLevel(*level);
  }
  const std::string text = "level: " + std::string(ToString(GetLogLevel())) + "\n";
  co_await Reply(stream, 200, text);
}

Awaitable<void> AdminHandler::ServeQuit(stream::ServerStream& stream) {
  const bool quit = stream.request().path() == "/quitquitquit";
  if (!co_await MayChangeState(stream)) co_return;
  co_await Reply(stream, 200, "OK\n");
  if (quit) {
    std::raise(SIGTERM);  // the one way down: whoever runs the main loop takes it from here
  } else {
    server_.BeginDrain();
  }
}

}  // namespace outrigger::server
