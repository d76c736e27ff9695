#include "proxy/stream/server_stream.h"

namespace outrigger::stream {

Awaitable<Result<void>> Reply(ServerStream& stream, int status, std::string_view body,
                              std::string_view content_type) {
  http::ResponseHead head(stream.arena());
  head.status = status;
  head.content_length = body.size();
  if (!body.empty())
    head.headers.AddView("content-type", content_type, http::HeaderId::kContentType);
  const bool no_body = body.empty() || stream.request().method == "HEAD";
  head.bodyless = no_body;
  if (const Result<void> sent = stream.SendHead(head, no_body); !sent) co_return sent.error();
  if (!no_body) {
    if (const Result<void> put = stream.response_body().Put(body, true, nullptr); !put)
      co_return put.error();
  }
  co_return co_await stream.response_body().Drain();
}

}  // namespace outrigger::stream
