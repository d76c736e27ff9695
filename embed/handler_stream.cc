#include "embed/handler_stream.h"

#include <exception>
#include <functional>
#include <utility>

#include "base/log.h"
#include "embed/convert.h"
#include "rpc/whole_body.h"

namespace outrigger::embed {
namespace {

/// On a pool thread. A handler that throws is a bug of the program, not the end of it.
Response RunHandler(const Routes& routes, const Request& request) {
  try {
    return routes.Answer(request);
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "embed",
        "the handler of " + request.method + " " + std::string(request.path()) +
            " threw: " + error.what());
  } catch (...) {
    Log(LogLevel::kError, "embed",
        "the handler of " + request.method + " " + std::string(request.path()) + " threw");
  }
  return Response::Text(500, "500 Internal Server Error\n");
}

}  // namespace

Awaitable<void> HandlerStreams::Serve(stream::ServerStream& stream) {
  Request request = ToRequest(stream.request());
  Result<std::string> body = co_await ReadBody(stream);
  if (!body) {
    if (body.error().code == ErrorCode::kTooLarge) {
      co_await Answer(stream, Response::Text(413, "413 Content Too Large\n"));
    } else if (body.error().code == ErrorCode::kMalformed) {
      co_await Answer(stream, Response::Text(400, body.error().detail));
    }
    co_return;
  }
  request.body = std::move(*body);
  // Not `this`: the job may outlive it, when the client is gone.
  std::function<Response()> work = [&routes = routes_, request = std::move(request)] {
    return RunHandler(routes, request);
  };
  Result<Response> response = co_await rpc::RunOnThread(pool_, stream.loop(), std::move(work));
  if (response) {
    co_await Answer(stream, std::move(*response));
  } else if (response.error().code == ErrorCode::kOverflow) {
    co_await Answer(stream,
                    Response::Text(503, "503 Service Unavailable: too many requests wait\n"));
  }
}

Awaitable<Result<std::string>> HandlerStreams::ReadBody(stream::ServerStream& stream) {
  const http::RequestHead& head = stream.request();
  if (head.content_length.value_or(0) > max_body_bytes_) {
    co_return Error{ErrorCode::kTooLarge, Side::kDownstream, "max_body_bytes"};
  }
  if (head.expect_continue && head.has_body() && head.version != http::Version::kHttp10) {
    http::ResponseHead go_on(stream.arena());
    go_on.status = 100;
    if (const Result<void> sent = stream.SendHead(go_on, false); !sent) co_return sent.error();
  }
  co_return co_await rpc::ReadWhole(stream.request_body(), max_body_bytes_);
}

Awaitable<void> HandlerStreams::Answer(stream::ServerStream& stream, Response response) {
  const bool head_request = stream.request().method == "HEAD";
  http::ResponseHead head(stream.arena());
  if (!FillHead(response, head_request, head)) {
    Log(LogLevel::kError, "embed",
        "the handler of " + std::string(stream.request().path()) +
            " made a response that cannot be sent: status " + std::to_string(response.status) +
            " or a header field");
    response = Response::Text(500, "500 Internal Server Error\n");
    head.Clear();
    if (!FillHead(response, head_request, head)) co_return;
  }
  if (!response.headers.Has("Date")) {
    head.headers.AddView("Date", Date(stream.loop().WallNow()), http::HeaderId::kOther);
  }
  const bool end = head.bodyless || response.body.empty();
  if (!stream.SendHead(head, end)) co_return;
  if (end) {
    [[maybe_unused]] const Result<void> drained = co_await stream.response_body().Drain();
  } else {
    [[maybe_unused]] const Result<void> sent =
        co_await rpc::WriteWhole(stream.response_body(), response.body);
  }
}

std::string_view HandlerStreams::Date(WallTime now) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (seconds != date_seconds_) {
    date_seconds_ = seconds;
    date_ = HttpDate(seconds);
  }
  return date_;
}

}  // namespace outrigger::embed
