#include "proxy/server/fetch.h"

#include "base/socket_transport.h"
#include "base/task_scope.h"
#include "proxy/upstream/h1_upstream.h"

namespace outrigger::server {

namespace {

Awaitable<Result<Fetched>> FetchNow(EventLoop& loop, ReadBuffer& buffer,
                                    const FetchRequest& request) {
  SocketDialer dialer(loop);
  auto transport = co_await dialer.Dial({.address = request.address, .source = request.source});
  if (!transport) co_return transport.error();
  upstream::H1Upstream connection(std::move(*transport), buffer, {});
  Arena arena;
  http::RequestHead head(arena);
  head.method = "GET";
  head.target = request.path;
  head.authority = request.host;
  head.headers.AddView("connection", "close");
  for (const auto& [name, value] : request.headers) head.headers.Add(name, value);
  if (const Result<void> sent = connection.SendHead(head, true); !sent) co_return sent.error();
  if (const Result<void> drained = co_await connection.request_body().Drain(); !drained)
    co_return drained.error();
  http::ResponseHead response(arena);
  do {
    response.Clear();
    if (const Result<void> got = co_await connection.ReadHead(response); !got)
      co_return got.error();
  } while (response.status < 200);
  Fetched fetched;
  fetched.status = response.status;
  fetched.content_type = response.headers.Find(http::HeaderId::kContentType).value_or("");
  while (!fetched.truncated) {
    const Result<stream::Chunk> chunk = connection.response_body().TryRead();
    if (!chunk) co_return chunk.error();
    fetched.truncated = fetched.body.size() + chunk->data.size() > request.max_body_bytes;
    if (!fetched.truncated) fetched.body.append(chunk->data);
    if (chunk->end) break;
    if (!chunk->data.empty()) continue;
    if (const Result<void> waited = co_await connection.response_body().Wait(); !waited)
      co_return waited.error();
  }
  co_return fetched;
}

}  // namespace

Awaitable<Result<Fetched>> Fetch(EventLoop& loop, ReadBuffer& buffer, FetchRequest request) {
  const ScopedTimeout timeout(co_await CurrentTask{}, loop.Now() + request.timeout,
                              {ErrorCode::kTimeout, Side::kUpstream, "fetch timeout"});
  co_return co_await FetchNow(loop, buffer, request);
}

}  // namespace outrigger::server
