#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/edge.h"
#include "metrics/response_flags.h"
#include "proxy/stream/server_stream.h"

namespace outrigger::stream {

/// What the rooms learn about a stream while it lives; the record that metrics and log are written
/// from.
struct StreamContext {
  ServerStream& stream;
  EventLoop& loop;
  std::uint32_t random = 0;  ///< drawn once per stream; for dice
  metrics::ResponseFlags flags = {};
  std::string_view detail =
      {};          ///< one static sentence when the answer is ours; for log and explain
  int status = 0;  ///< of the response head sent downstream; 0: none
};

/// What a filter decides.
struct Verdict {
  enum class Kind : std::uint8_t { kContinue, kReply, kAbort };
  Kind kind = Kind::kContinue;
  int status = 0;         ///< kReply
  std::string_view body;  ///< kReply; lives at least as long as the stream's arena
  metrics::Flag flag = metrics::Flag::kNone;
  Error error;  ///< kAbort: the stream ends with this

  static Verdict Continue() { return {}; }
  static Verdict Reply(int status, std::string_view body,
                       metrics::Flag flag = metrics::Flag::kNone) {
    return {Kind::kReply, status, body, flag, {}};
  }
  static Verdict Abort(Error error) { return {Kind::kAbort, 0, {}, metrics::Flag::kNone, error}; }
};

/// One step of the request path. A fresh instance serves exactly one stream, on one worker.
class Filter {
 public:
  virtual ~Filter() = default;
  /// Sees the request head on its way up, in chain order.
  virtual Awaitable<Verdict> OnRequest(http::RequestHead& head, StreamContext& ctx) = 0;
  /// Sees the response head on its way down, in reverse order; local replies pass here too.
  virtual Awaitable<Verdict> OnResponse(http::ResponseHead& head, StreamContext& ctx);
  /// Wraps the body for filters that read or change bytes. The default adds nothing.
  virtual std::unique_ptr<BodySource> WrapRequestBody(std::unique_ptr<BodySource> body);
};

/// Makes the instance for one stream; null when this stream does not need the filter.
using FilterFactory = std::function<std::unique_ptr<Filter>()>;

/// The filters of one stream, in order. Usually empty, and then it costs nothing.
class FilterChain {
 public:
  void Add(std::unique_ptr<Filter> filter);
  [[nodiscard]] bool empty() const { return filters_.empty(); }
  /// Runs OnRequest until a filter does not continue.
  Awaitable<Verdict> OnRequest(http::RequestHead& head, StreamContext& ctx);
  /// Runs OnResponse of the filters that saw the request, last one first.
  Awaitable<Verdict> OnResponse(http::ResponseHead& head, StreamContext& ctx);

 private:
  std::vector<std::unique_ptr<Filter>> filters_;
  std::size_t entered_ = 0;
};

}  // namespace outrigger::stream
