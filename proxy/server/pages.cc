#include "proxy/server/pages.h"

#include "metrics/scrape.h"

namespace outrigger::server {

Awaitable<Result<void>> ReplyMetrics(stream::ServerStream& stream,
                                     const metrics::Registry& registry, std::string_view head,
                                     std::string_view tail) {
  http::ResponseHead response(stream.arena());
  response.chunked = true;
  response.headers.AddView("content-type", metrics::kExpositionContentType);
  const bool head_only = stream.request().method == "HEAD";
  response.bodyless = head_only;
  if (const Result<void> sent = stream.SendHead(response, head_only); !sent || head_only)
    co_return sent;
  stream::BodySink& sink = stream.response_body();
  if (const Result<void> put = sink.Put(head, false, nullptr); !put) co_return put;
  metrics::Scrape scrape(registry);
  std::string chunk;
  while (scrape.Next(&chunk)) {
    if (const Result<void> put = sink.Put(chunk, false, nullptr); !put) co_return put;
    if (const Result<void> drained = co_await sink.Drain(); !drained) co_return drained;
  }
  if (const Result<void> put = sink.Put(tail, true, nullptr); !put) co_return put;
  co_return co_await sink.Drain();
}

Awaitable<bool> MayChangeState(stream::ServerStream& stream) {
  if (!stream.connection().peer.is_loopback()) {
    co_await Reply(stream, 403, "only from this host\n");
    co_return false;
  }
  if (stream.request().headers.Find("origin")) {
    // A page in somebody's browser can reach loopback too, or a forwarded port (robustness.md W-5).
    co_await Reply(stream, 403, "not from a browser\n");
    co_return false;
  }
  if (stream.request().method != "POST") {
    co_await Reply(stream, 405, "use POST\n");
    co_return false;
  }
  co_return true;
}

}  // namespace outrigger::server
