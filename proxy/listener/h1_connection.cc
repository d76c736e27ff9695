#include "proxy/listener/h1_connection.h"

#include <array>

namespace outrigger::listener {

namespace {

constexpr Duration kKeepMemory = std::chrono::seconds(1);  // of an idle connection
constexpr Duration kFirstRequestInDrain = std::chrono::seconds(1);
constexpr Error kClientGone{ErrorCode::kClosed, Side::kDownstream,
                            "the client closed the connection"};

/// Transports do not know on which side of us they are.
Error OnDownstream(Error error) {
  if (error.code == ErrorCode::kClosed || error.code == ErrorCode::kReset)
    error.side = Side::kDownstream;
  return error;
}

}  // namespace

H1Connection::H1Connection(EventLoop& loop, Input& input, stream::ConnectionInfo info,
                           const HttpOptions& options, ConnectionSet& connections,
                           stream::StreamHandler& handler, HttpEvents* events)
    : loop_(loop),
      input_(input),
      transport_(input.transport()),
      info_(info),
      options_(options),
      connections_(connections),
      handler_(handler),
      events_(events),
      decoder_(options.limits) {
  connections_.Add(*this);
}

H1Connection::~H1Connection() { connections_.Remove(*this); }

void H1Connection::OnDrain() {
  if (idle_ && task_ != nullptr) task_->Interrupt({ErrorCode::kStopped, Side::kLocal, "draining"});
}

Awaitable<void> H1Connection::Run() {
  task_ = &co_await CurrentTask{};
  while (true) {
    const Result<Next> next = co_await ReadHead();
    if (!next) {
      co_await AnswerBadHead(next.error());
      break;
    }
    if (*next == Next::kClose) break;
    ++exchanges_;
    co_await handler_.Serve(*this);
    transport_.WatchHangup(nullptr, {});
    if (!response_ended_) {
      if (head_sent_)
        transport_.ResetOnClose();  // the client must not take what it got for the whole
      break;
    }
    if (!MayServeAnother()) {
      if (!request_ended_ || !input_.bytes().empty()) co_await Linger();
      break;
    }
  }
}

bool H1Connection::MayServeAnother() const {
  return !close_ && request_ended_ && !tunnel_ && task_->interrupt() == nullptr;
}

Awaitable<Result<H1Connection::Next>> H1Connection::ReadHead() {
  BeginExchange();
  ScopedTimeout timeout(*task_);
  // A connection that came during a drain (a sidecar goes on accepting) gets to ask once.
  const bool fresh_in_drain = connections_.draining() && exchanges_ == 0;
  timeout.Set(loop_.Now() + (fresh_in_drain ? kFirstRequestInDrain : options_.idle_timeout),
              {ErrorCode::kStopped, Side::kLocal, "idle timeout"});
  bool begun = false;
  while (true) {
    const Result<bool> filled = input_.Fill();
    if (!filled) {
      if (!begun) co_return Next::kClose;
      co_return OnDownstream(filled.error());
    }
    if (*filled) {
      const Result<http::H1Step> step = decoder_.Receive(input_.bytes(), request_);
      if (!begun && (!step || step->event == http::H1Event::kHead ||
                     !decoder_.idle())) {  // more than an empty line
        begun = true;
        start_time_ = loop_.Now();
        timeout.Set(start_time_ + options_.head_timeout,
                    {ErrorCode::kHeaderTimeout, Side::kDownstream,
                     "the request head did not arrive in time"});
      }
      if (!step) co_return step.error();
      if (step->event == http::H1Event::kHead) break;
      continue;  // kNeedMore: everything was consumed
    }
    if (!begun && connections_.draining() && !fresh_in_drain) co_return Next::kClose;
    // Not `co_await (begun ? ... : ...)`: GCC 12 then frees the chosen coroutine's frame twice.
    Result<void> waited;
    if (begun) {
      waited = co_await WaitForBytes(false);
    } else {
      waited = co_await WaitIdle();
    }
    if (!waited) {
      if (!begun) co_return Next::kClose;
      co_return waited.error();
    }
  }
  request_ended_ = !request_.has_body();
  request_body_left_ = request_.content_length.value_or(0);
  if (request_ended_) {
    const Result<http::H1Step> end = decoder_.Receive(input_.bytes(), request_);
    if (!end) co_return end.error();
    RequestEnded();
  }
  co_return Next::kServe;
}

/// Between requests. The next one usually comes soon; after a while the memory kept for it goes
/// back.
Awaitable<Result<void>> H1Connection::WaitIdle() {
  {
    const ScopedTimeout nap(*task_, loop_.Now() + kKeepMemory,
                            {ErrorCode::kTimeout, Side::kLocal, "idle"});
    const Result<void> waited = co_await WaitForBytes(true);
    if (waited || !nap.fired()) co_return waited;
  }
  arena_.Release();
  decoder_.Release();
  out_.Release();
  co_return co_await WaitForBytes(true);
}

Awaitable<Result<void>> H1Connection::WaitForBytes(bool idle) {
  idle_ = idle;
  const Result<void> waited = co_await transport_.WaitReadable();
  idle_ = false;
  co_return waited;
}

void H1Connection::BeginExchange() {
  request_.Clear();
  response_.Clear();
  arena_.Clear();
  head_sent_ = response_ended_ = false;
  bytes_sent_ = 0;
  framing_ = http::BodyFraming::kNone;
}

void H1Connection::RequestEnded() {
  request_ended_ = true;
  // From here on the only thing the client may do is wait or leave.
  transport_.WatchHangup(task_, kClientGone);
}

Awaitable<void> H1Connection::AnswerBadHead(Error error) {
  int status = 0;
  if (error.side == Side::kDownstream && error.code != ErrorCode::kClosed &&
      error.code != ErrorCode::kReset) {
    status = error.code == ErrorCode::kHeaderTimeout ? 408 : decoder_.error_status();
  }
  if (events_ != nullptr) events_->OnBadRequest(status, error);
  if (status == 0) co_return;
  close_ = true;
  request_ended_ = true;  // nothing of it can be trusted; keeps Reply from asking for it
  request_.version = http::Version::kHttp11;
  request_.method = {};
  http::ResponseHead head(arena_);
  head.status = status;
  head.content_length = error.detail.size();
  head.headers.AddView("content-type", "text/plain", http::HeaderId::kContentType);
  if (!SendHead(head, error.detail.empty())) co_return;
  if (!error.detail.empty() && !response_body_.Put(error.detail, true, nullptr)) co_return;
  const ScopedTimeout timeout(*task_, loop_.Now() + options_.linger,
                              {ErrorCode::kTimeout, Side::kDownstream, "linger"});
  if (co_await response_body_.Drain()) co_await Linger();
}

/// Closing with unread bytes would send RST and could destroy our answer on its way: say FIN and
/// read on for a while.
Awaitable<void> H1Connection::Linger() {
  transport_.ShutdownWrite();
  const ScopedTimeout timeout(*task_, loop_.Now() + options_.linger,
                              {ErrorCode::kTimeout, Side::kDownstream, "linger"});
  std::size_t discarded = 0;
  while (discarded <= options_.linger_bytes) {
    input_.bytes() = {};
    const Result<bool> filled = input_.Fill();
    if (!filled) co_return;
    discarded += input_.bytes().size();
    if (!*filled && !co_await transport_.WaitReadable()) co_return;
  }
}

Result<void> H1Connection::SendHead(const http::ResponseHead& head, bool end) {
  const std::size_t before = out_.size();
  const bool interim = head.status < 200 && head.status != 101;
  if (interim) {
    http::EncodeHead(head, request_.version, false, out_.tail());
  } else {
    close_ = close_ || !request_ended_ || !decoder_.keep_alive() || connections_.draining();
    framing_ = http::EncodeHead(head, request_.version, close_, out_.tail());
    if (framing_ == http::BodyFraming::kUntilClose) close_ = true;
    head_sent_ = true;
  }
  bytes_sent_ += out_.size() - before;
  if (interim) return WriteOrKeep(transport_, {}, out_);
  if (!end) return {};
  return response_body_.Put({}, true, nullptr);
}

void H1Connection::BeginTunnel() {
  tunnel_ = true;
  framing_ = http::BodyFraming::kUntilClose;
  request_ended_ = false;
  close_ = true;
  transport_.WatchHangup(nullptr, {});  // a FIN is half of a close now, passed on by the relay
}

std::uint64_t H1Connection::wire_bytes_received() const {
  return request_.wire_bytes + decoder_.wire_body_bytes();
}

Result<stream::Chunk> H1Connection::RequestBody::TryReadTunnel() {
  const Result<bool> filled = c_.input_.Fill();
  if (!filled) {
    if (filled.error().code != ErrorCode::kClosed) return OnDownstream(filled.error());
    c_.request_ended_ = true;
    return stream::Chunk{{}, true};
  }
  const std::string_view data = std::exchange(c_.input_.bytes(), {});
  return stream::Chunk{data, false};
}

Result<stream::Chunk> H1Connection::RequestBody::TryRead() {
  if (c_.request_ended_) return stream::Chunk{{}, true};
  if (c_.tunnel_) return TryReadTunnel();
  while (true) {
    const Result<http::H1Step> step = c_.decoder_.Receive(c_.input_.bytes(), c_.request_);
    if (!step) return step.error();
    switch (step->event) {
      case http::H1Event::kHead:
        return Error{ErrorCode::kInternal, Side::kLocal, "a head inside a body"};
      case http::H1Event::kEnd:
        c_.RequestEnded();
        return stream::Chunk{{}, true};
      case http::H1Event::kData: {
        bool end = false;
        if (!c_.request_.chunked) {
          c_.request_body_left_ -= step->data.size();
          if (c_.request_body_left_ ==
              0) {  // the end needs no further byte: report it with the data
            const Result<http::H1Step> last = c_.decoder_.Receive(c_.input_.bytes(), c_.request_);
            if (!last) return last.error();
            c_.RequestEnded();
            end = true;
          }
        }
        return stream::Chunk{step->data, end};
      }
      case http::H1Event::kNeedMore:
        break;
    }
    const Result<bool> filled = c_.input_.Fill();
    if (!filled) return OnDownstream(filled.error());
    if (!*filled) return stream::Chunk{};
  }
}

Awaitable<Result<void>> H1Connection::RequestBody::Wait() {
  if (c_.request_ended_ || c_.transport_.readable()) co_return Result<void>{};
  co_return co_await c_.transport_.WaitReadable();
}

const http::HeaderMap* H1Connection::RequestBody::trailers() const {
  return c_.tunnel_ || c_.decoder_.trailers().empty() ? nullptr : &c_.decoder_.trailers();
}

Result<void> H1Connection::ResponseBody::Put(std::string_view data, bool end,
                                             const http::HeaderMap* trailers) {
  std::array<std::string_view, 3> pieces{};
  std::string prefix;  // short: stays in the string's own memory
  std::string suffix;
  if (c_.framing_ == http::BodyFraming::kChunked) {
    if (!data.empty()) {
      http::EncodeChunkPrefix(data.size(), prefix);
      suffix = "\r\n";
    }
    if (end) http::EncodeEnd(trailers, suffix);
  } else if (c_.framing_ == http::BodyFraming::kNone) {
    data = {};  // HEAD, 204, 304: nothing may follow the head
  }
  pieces = {prefix, data, suffix};
  c_.bytes_sent_ += prefix.size() + data.size() + suffix.size();
  const Result<void> written = WriteOrKeep(c_.transport_, pieces, c_.out_);
  if (!written) return OnDownstream(written.error());
  if (end) {
    c_.response_ended_ = true;
    if (c_.tunnel_ || c_.framing_ == http::BodyFraming::kUntilClose) {
      if (c_.out_.empty()) c_.transport_.ShutdownWrite();
    }
  }
  return {};
}

Awaitable<Result<void>> H1Connection::ResponseBody::Drain() {
  if (!c_.out_.empty()) {
    const Result<void> written = co_await WriteAll(c_.transport_, c_.out_);
    if (!written) co_return OnDownstream(written.error());
  }
  if (c_.response_ended_ && c_.tunnel_) c_.transport_.ShutdownWrite();
  co_return Result<void>{};
}

}  // namespace outrigger::listener
