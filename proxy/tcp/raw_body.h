#pragma once

#include "base/buffer.h"
#include "base/input.h"
#include "proxy/stream/body.h"

namespace outrigger::tcp {

/// The bytes of a connection as a body: ends with the peer's FIN.
class RawSource final : public stream::BodySource {
 public:
  RawSource(Input& input, Side side) : input_(input), side_(side) {}
  Result<stream::Chunk> TryRead() override;
  Awaitable<Result<void>> Wait() override;
  [[nodiscard]] bool ended() const override { return ended_; }

 private:
  Input& input_;
  const Side side_;
  bool ended_ = false;
};

/// The other way: the end of the body is our FIN.
class RawSink final : public stream::BodySink {
 public:
  RawSink(Transport& transport, Side side) : transport_(transport), side_(side) {}
  Result<void> Put(std::string_view data, bool end, const http::HeaderMap* trailers) override;
  [[nodiscard]] bool pending() const override { return !out_.empty(); }
  Awaitable<Result<void>> Drain() override;

 private:
  Transport& transport_;
  const Side side_;
  Buffer out_;
  bool ended_ = false;
};

}  // namespace outrigger::tcp
