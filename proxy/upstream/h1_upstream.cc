#include "proxy/upstream/h1_upstream.h"

#include <array>

namespace outrigger::upstream {

namespace {

Error OnUpstream(Error error) {
  if (error.code == ErrorCode::kClosed || error.code == ErrorCode::kReset)
    error.side = Side::kUpstream;
  return error;
}

}  // namespace

H1Upstream::H1Upstream(std::unique_ptr<Transport> transport, ReadBuffer& read_buffer,
                       const http::H1Limits& limits)
    : transport_(std::move(transport)), input_(*transport_, read_buffer), decoder_(limits) {}

bool H1Upstream::reusable() const {
  return request_ended_ && response_ended_ && !failed_ && !tunnel_ && out_.empty() &&
         decoder_.keep_alive() && input_.bytes().empty();
}

Result<void> H1Upstream::SendHead(const http::RequestHead& head, bool end) {
  ++exchanges_;
  request_ended_ = response_ended_ = received_ = false;
  decoder_.Expect(head.method);
  framing_ = http::EncodeHead(head, false, out_.tail());
  if (!end) return {};
  return request_body_.Put({}, true, nullptr);
}

Awaitable<Result<void>> H1Upstream::ReadHead(http::ResponseHead& head) {
  while (true) {
    const Result<bool> filled = input_.Fill();
    if (!filled) {
      failed_ = true;
      co_return OnUpstream(filled.error());
    }
    if (*filled) {
      received_ = true;
      const Result<http::H1Step> step = decoder_.Receive(input_.bytes(), head);
      if (!step) {
        failed_ = true;
        co_return step.error();
      }
      if (step->event == http::H1Event::kHead) break;
      continue;
    }
    if (const Result<void> waited = co_await transport_->WaitReadable(); !waited) {
      failed_ = true;
      co_return waited.error();
    }
  }
  sized_ = head.content_length.has_value() && !head.chunked && !head.close_delimited;
  body_left_ = head.content_length.value_or(0);
  if (!head.has_body() && head.status != 101) {
    // No body: the end needs no further byte.
    const Result<http::H1Step> end = decoder_.Receive(input_.bytes(), head);
    if (!end) {
      failed_ = true;
      co_return end.error();
    }
    response_ended_ = head.status >= 200;
  }
  co_return Result<void>{};
}

void H1Upstream::BeginTunnel() {
  tunnel_ = true;
  request_ended_ = response_ended_ = false;
  framing_ = http::BodyFraming::kUntilClose;
}

Result<void> H1Upstream::RequestBody::Put(std::string_view data, bool end,
                                          const http::HeaderMap* trailers) {
  std::string prefix;
  std::string suffix;
  if (u_.framing_ == http::BodyFraming::kChunked) {
    if (!data.empty()) {
      http::EncodeChunkPrefix(data.size(), prefix);
      suffix = "\r\n";
    }
    if (end) http::EncodeEnd(trailers, suffix);
  } else if (u_.framing_ == http::BodyFraming::kNone) {
    data = {};
  }
  const std::array<std::string_view, 3> pieces{prefix, data, suffix};
  const Result<void> written = WriteOrKeep(*u_.transport_, pieces, u_.out_);
  if (!written) {
    u_.failed_ = true;
    return OnUpstream(written.error());
  }
  if (end) {
    u_.request_ended_ = true;
    if (u_.tunnel_ && u_.out_.empty()) u_.transport_->ShutdownWrite();
  }
  return {};
}

Awaitable<Result<void>> H1Upstream::RequestBody::Drain() {
  if (!u_.out_.empty()) {
    const Result<void> written = co_await WriteAll(*u_.transport_, u_.out_);
    if (!written) {
      u_.failed_ = true;
      co_return OnUpstream(written.error());
    }
  }
  if (u_.request_ended_ && u_.tunnel_) u_.transport_->ShutdownWrite();
  co_return Result<void>{};
}

Result<stream::Chunk> H1Upstream::ResponseBody::OnInputError(const Error& error) {
  if (error.code == ErrorCode::kClosed) {
    if (u_.tunnel_) {
      u_.response_ended_ = true;
      return stream::Chunk{{}, true};
    }
    const Result<http::H1Step> end = u_.decoder_.ReceiveEof();
    if (end && end->event == http::H1Event::kEnd) {
      u_.response_ended_ = true;
      return stream::Chunk{{}, true};
    }
  }
  u_.failed_ = true;
  return OnUpstream(error);
}

Result<stream::Chunk> H1Upstream::ResponseBody::TryRead() {
  if (u_.response_ended_) return stream::Chunk{{}, true};
  while (true) {
    if (u_.tunnel_) {
      const Result<bool> got = u_.input_.Fill();
      if (!got) return OnInputError(got.error());
      return stream::Chunk{std::exchange(u_.input_.bytes(), {}), false};
    }
    const Result<http::H1Step> step = u_.decoder_.Receive(u_.input_.bytes(), u_.body_head_);
    if (!step) {
      u_.failed_ = true;
      return step.error();
    }
    if (step->event == http::H1Event::kEnd) {
      u_.response_ended_ = true;
      return stream::Chunk{{}, true};
    }
    if (step->event == http::H1Event::kData) {
      bool end = false;
      if (u_.sized_) {
        u_.body_left_ -= step->data.size();
        if (u_.body_left_ == 0) {  // the end needs no further byte: report it with the data
          const Result<http::H1Step> last = u_.decoder_.Receive(u_.input_.bytes(), u_.body_head_);
          if (!last) return last.error();
          u_.response_ended_ = end = true;
        }
      }
      return stream::Chunk{step->data, end};
    }
    const Result<bool> filled = u_.input_.Fill();
    if (!filled) return OnInputError(filled.error());
    if (!*filled) return stream::Chunk{};
  }
}

Awaitable<Result<void>> H1Upstream::ResponseBody::Wait() {
  if (u_.response_ended_ || u_.transport_->readable()) co_return Result<void>{};
  const Result<void> waited = co_await u_.transport_->WaitReadable();
  if (!waited) u_.failed_ = true;
  co_return waited;
}

const http::HeaderMap* H1Upstream::ResponseBody::trailers() const {
  return u_.tunnel_ || u_.decoder_.trailers().empty() ? nullptr : &u_.decoder_.trailers();
}

}  // namespace outrigger::upstream
