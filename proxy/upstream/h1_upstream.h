#pragma once

#include <memory>

#include "base/buffer.h"
#include "base/input.h"
#include "proxy/http/h1_codec.h"
#include "proxy/stream/client_stream.h"

namespace outrigger::upstream {

/// One HTTP/1 connection to an endpoint. Carries one exchange at a time; between exchanges it lies
/// in its pool.
class H1Upstream final : public stream::ClientStream {
 public:
  H1Upstream(std::unique_ptr<Transport> transport, ReadBuffer& read_buffer,
             const http::H1Limits& limits);

  Result<void> SendHead(const http::RequestHead& head, bool end) override;
  [[nodiscard]] stream::BodySink& request_body() override { return request_body_; }
  Awaitable<Result<void>> ReadHead(http::ResponseHead& head) override;
  [[nodiscard]] stream::BodySource& response_body() override { return response_body_; }
  void BeginTunnel() override;
  [[nodiscard]] bool maybe_stale() const override { return exchanges_ > 1 && !received_; }

  /// Another exchange may follow: the last one ended cleanly on both sides and the peer keeps the
  /// connection.
  [[nodiscard]] bool reusable() const;
  /// For a pooled connection: the peer closed it or sent something nobody asked for.
  [[nodiscard]] bool spoiled() const { return transport_->readable() || !input_.bytes().empty(); }
  [[nodiscard]] std::uint32_t exchanges() const { return exchanges_; }
  [[nodiscard]] Transport& transport() { return *transport_; }

 private:
  class RequestBody final : public stream::BodySink {
   public:
    explicit RequestBody(H1Upstream& upstream) : u_(upstream) {}
    Result<void> Put(std::string_view data, bool end, const http::HeaderMap* trailers) override;
    [[nodiscard]] bool pending() const override { return !u_.out_.empty(); }
    Awaitable<Result<void>> Drain() override;

   private:
    H1Upstream& u_;
  };
  class ResponseBody final : public stream::BodySource {
   public:
    explicit ResponseBody(H1Upstream& upstream) : u_(upstream) {}
    Result<stream::Chunk> TryRead() override;
    Awaitable<Result<void>> Wait() override;
    [[nodiscard]] const http::HeaderMap* trailers() const override;
    [[nodiscard]] bool ended() const override { return u_.response_ended_; }

   private:
    Result<stream::Chunk> OnInputError(const Error& error);
    H1Upstream& u_;
  };

  std::unique_ptr<Transport> transport_;
  Input input_;
  http::H1ResponseDecoder decoder_;
  Arena unused_arena_;
  http::ResponseHead body_head_{unused_arena_};  // the decoder wants a head while it reads a body
  RequestBody request_body_{*this};
  ResponseBody response_body_{*this};
  Buffer out_;
  http::BodyFraming framing_ = http::BodyFraming::kNone;
  std::uint32_t exchanges_ = 0;
  std::uint64_t body_left_ = 0;
  bool sized_ = false;
  bool request_ended_ = true;
  bool response_ended_ = true;
  bool received_ = false;  // a byte of this exchange's response
  bool tunnel_ = false;
  bool failed_ = false;
};

}  // namespace outrigger::upstream
