#include "proxy/http/h1_codec.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <limits>
#include <optional>

#include "proxy/http/body_reader.h"
#include "proxy/http/head_lines.h"
#include "proxy/http/head_scanner.h"
#include "proxy/http/hop_by_hop.h"
#include "proxy/http/target.h"
#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

/// The start line without its line end, and what follows.
std::string_view StartLine(std::string_view head) { return head.substr(0, head.find('\r')); }
std::string_view AfterStartLine(std::string_view head) { return head.substr(head.find('\n') + 1); }

// ---- Beast as tokeniser ----

/// What Beast reads off one head; all slices of the text given to Tokenise.
struct Tokens {
  explicit Tokens(FieldSorter& sorter) : fields(sorter) {}
  FieldSorter& fields;
  std::string_view method;
  std::string_view target;
  std::string_view reason;
  int status = 0;
  Version version = Version::kHttp11;
  std::optional<Fault> fault;
};

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

template <bool kIsRequest>
class Tokeniser final : public beast_http::basic_parser<kIsRequest> {
 public:
  explicit Tokeniser(Tokens& tokens) : tokens_(tokens) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());  // H1Limits was applied before
    this->body_limit(boost::none);
    this->skip(true);  // the message is over with its head: bodies are not Beast's business
  }

 private:
  using string_view = boost::beast::string_view;

  void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    tokens_.method = View(method);
    tokens_.target = View(target);
    tokens_.version = version == 10 ? Version::kHttp10 : Version::kHttp11;
  }
  void on_response_impl(int status, string_view reason, int version, error_code&) override {
    tokens_.status = status;
    tokens_.reason = View(reason);
    tokens_.version = version == 10 ? Version::kHttp10 : Version::kHttp11;
  }
  void on_field_impl(beast_http::field, string_view name, string_view value,
                     error_code& error) override {
    if (const auto fault = tokens_.fields.Add(View(name), View(value))) {
      tokens_.fault = fault;
      error = beast_http::error::bad_value;  // stops the parser; the fault tells why
    }
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  Tokens& tokens_;
};

/// Beast judges a framing field before it hands the field over. What it refused is put through our
/// own rules for the name of the broken one; they refuse all that Beast does.
std::optional<Fault> JudgeFraming(std::string_view fields) {
  BodyLength length;
  while (!fields.starts_with('\r')) {
    const std::string_view line = fields.substr(0, fields.find('\r'));
    fields.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(':');
    const HeaderId id = IdentifyHeader(line.substr(0, colon));
    const std::string_view value = Trim(line.substr(colon + 1));
    if (id == HeaderId::kTransferEncoding) length.codings.Add(value);
    if (id != HeaderId::kContentLength) continue;
    if (const auto fault = length.AddContentLength(value)) return fault;
  }
  return length.Judge(/*is_http10=*/false);
}

/// A sentence for what our line rules leave for Beast to find.
Fault Explain(const error_code& error, std::string_view fields) {
  if (const auto fault = JudgeFraming(fields)) return *fault;
  return Malformed(error == beast_http::error::bad_value ? "bad value of Connection"
                                                         : "head refused by the parser");
}

template <bool kIsRequest>
std::optional<Fault> Tokenise(std::string_view head, Tokens& tokens) {
  Tokeniser<kIsRequest> parser(tokens);
  error_code error;
  const std::size_t taken = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (tokens.fault) return tokens.fault;
  if (error) return Explain(error, AfterStartLine(head));
  if (taken != head.size() || !parser.is_header_done()) return Malformed("head ends early");
  return std::nullopt;
}

// ---- collecting a head ----

/// The bytes of one head. A head that arrives in one piece is never copied here.
class HeadBuffer {
 public:
  explicit HeadBuffer(const HeadScanner::Limits& limits) : scanner_(limits) {}

  HeadScanner::Outcome Take(std::string_view& input) {
    const std::string_view before = input;
    const HeadScanner::Outcome outcome = scanner_.Feed(input);
    const std::string_view taken = before.substr(0, before.size() - input.size());
    if (outcome == HeadScanner::Outcome::kMore || !pending_.empty()) pending_.append(taken);
    bytes_ = pending_.empty() ? taken : std::string_view(pending_);
    return outcome;
  }
  /// After kDone, until Reset(): the head with its final empty line.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] const Fault& fault() const { return scanner_.fault(); }
  [[nodiscard]] bool untouched() const { return scanner_.untouched(); }

  void Reset() {
    scanner_.Reset();
    pending_.clear();
  }
  void Release() {
    if (untouched()) std::string().swap(pending_);
  }

 private:
  HeadScanner scanner_;
  std::string pending_;
  std::string_view bytes_;
};

HeadScanner::Limits HeadLimits(const H1Limits& limits, const Fault& first_line_too_long) {
  return {limits.max_head_bytes,
          limits.max_line_bytes,
          limits.max_fields + 1,
          first_line_too_long,
          Fault{ErrorCode::kTooLarge, 431, "head too large"},
          Fault{ErrorCode::kTooLarge, 431, "too many fields"}};
}

bool KeepsAlive(Version version, const FieldSorter& fields) {
  if (fields.close()) return false;
  return version == Version::kHttp11 || fields.keep_alive();
}

}  // namespace

// ---- requests ----

struct H1RequestDecoder::Impl {
  explicit Impl(const H1Limits& limits)
      : buffer(HeadLimits(limits, Fault{ErrorCode::kTooLarge, 414, "request line too long"})),
        body(limits, Side::kDownstream) {}

  Result<H1Step> ReadHead(std::string_view& input, RequestHead& head);
  std::optional<Fault> Parse(std::string_view bytes, RequestHead& head);
  std::optional<Fault> Fill(const Tokens& tokens, RequestHead& head);
  Error Fail(const Fault& fault) {
    error_status = fault.status;
    failure = fault.At(Side::kDownstream);
    return *failure;
  }

  /// Noise some clients send after a POST (RFC 9112 §2.2); more is no mistake.
  static constexpr int kMaxEmptyLines = 4;

  HeadBuffer buffer;
  BodyReader body;
  FieldSorter fields;
  bool in_body = false;
  bool keep_alive = true;
  int empty_lines = 0;
  int error_status = 400;
  std::optional<Error> failure;
};

Result<H1Step> H1RequestDecoder::Impl::ReadHead(std::string_view& input, RequestHead& head) {
  for (;;) {
    switch (buffer.Take(input)) {
      case HeadScanner::Outcome::kMore:
        return H1Step{};
      case HeadScanner::Outcome::kFault:
        return Fail(buffer.fault());
      case HeadScanner::Outcome::kEmptyLine:
        if (++empty_lines > kMaxEmptyLines)
          return Fail(Malformed("empty lines instead of a request"));
        buffer.Reset();
        continue;
      case HeadScanner::Outcome::kDone:
        break;
    }
    if (const auto fault = Parse(buffer.bytes(), head)) return Fail(*fault);
    buffer.Reset();
    empty_lines = 0;
    in_body = true;
    return H1Step{H1Event::kHead, {}};
  }
}

std::optional<Fault> H1RequestDecoder::Impl::Parse(std::string_view bytes, RequestHead& head) {
  head.Clear();
  head.wire_bytes = bytes.size();
  const std::string_view text = head.headers.arena().Copy(bytes);
  if (const auto fault = CheckRequestLine(StartLine(text))) return fault;
  if (const auto fault = CheckFieldLines(AfterStartLine(text))) return fault;
  fields.Begin(head.headers);
  Tokens tokens(fields);
  if (const auto fault = Tokenise<true>(text, tokens)) return fault;
  return Fill(tokens, head);
}

std::optional<Fault> H1RequestDecoder::Impl::Fill(const Tokens& tokens, RequestHead& head) {
  const bool http10 = tokens.version == Version::kHttp10;
  if (const auto fault = fields.length().Judge(http10)) return fault;
  if (fields.hosts() > 1) return Malformed("more than one Host");
  if (fields.hosts() == 0 && !http10) return Malformed("no Host");
  // An empty Host is what a client sends that has no authority (RFC 9112 §3.2), and what we write
  // ourselves for one that knows no Host.
  if (!fields.host().empty() && !IsValidAuthority(fields.host())) return Malformed("bad Host");
  const Result<Target> target = ParseTarget(tokens.method, tokens.target, head.headers.arena());
  if (target.has_error()) return Malformed(target.error().detail);
  if (const auto fault = fields.FinishConnection()) return fault;

  head.method = tokens.method;
  head.target = target->target;
  head.authority = target->authority.empty() ? fields.host() : target->authority;
  head.version = tokens.version;
  head.content_length = fields.length().content_length;
  head.chunked = fields.length().codings.present();
  head.te_trailers = fields.te_trailers();
  if (http10) {  // knows neither expectations nor upgrades (RFC 9110 §10.1.1, §7.8)
    head.headers.Remove(HeaderId::kExpect);
  } else {
    head.expect_continue = fields.expect_continue();
    head.upgrade = fields.upgrade();
  }
  const bool connect = head.method == "CONNECT";
  if (connect && head.has_body()) return Malformed("CONNECT with a body");

  keep_alive = KeepsAlive(tokens.version, fields) && !connect && head.upgrade.empty();
  if (head.chunked) {
    body.BeginChunked();
  } else {
    body.BeginSized(head.content_length.value_or(0));
  }
  return std::nullopt;
}

H1RequestDecoder::H1RequestDecoder(const H1Limits& limits)
    : impl_(std::make_unique<Impl>(limits)) {}
H1RequestDecoder::~H1RequestDecoder() = default;

Result<H1Step> H1RequestDecoder::Receive(std::string_view& input, RequestHead& head) {
  if (impl_->failure) return *impl_->failure;
  if (!impl_->in_body) return impl_->ReadHead(input, head);
  Result<H1Step> step = impl_->body.Receive(input);
  if (step.has_error()) return impl_->Fail({step.error().code, 400, step.error().detail});
  if (step->event == H1Event::kEnd) impl_->in_body = false;
  return step;
}

bool H1RequestDecoder::idle() const {
  return !impl_->in_body && impl_->buffer.untouched() && !impl_->failure;
}
bool H1RequestDecoder::keep_alive() const { return impl_->keep_alive && !impl_->failure; }
const HeaderMap& H1RequestDecoder::trailers() const { return impl_->body.trailers(); }
std::uint64_t H1RequestDecoder::wire_body_bytes() const { return impl_->body.wire_bytes(); }
int H1RequestDecoder::error_status() const { return impl_->error_status; }

void H1RequestDecoder::Release() {
  impl_->buffer.Release();
  if (!idle()) return;
  impl_->body.Release();
}

// ---- responses ----

struct H1ResponseDecoder::Impl {
  explicit Impl(const H1Limits& limits)
      : buffer(HeadLimits(limits, Fault{ErrorCode::kTooLarge, 502, "status line too long"})),
        body(limits, Side::kUpstream) {}

  /// What the next response answers.
  enum class Awaited : std::uint8_t { kNothing, kHead, kConnect, kOther };

  Result<H1Step> ReadHead(std::string_view& input, ResponseHead& head);
  std::optional<Fault> Parse(std::string_view bytes, ResponseHead& head);
  std::optional<Fault> Fill(const Tokens& tokens, ResponseHead& head);
  void BeginBody(const ResponseHead& head);
  void End();
  Error Fail(const Fault& fault) {
    failure = fault.At(Side::kUpstream);
    return *failure;
  }

  HeadBuffer buffer;
  BodyReader body;
  FieldSorter fields;
  Awaited awaited = Awaited::kNothing;
  bool in_body = false;
  bool interim = false;
  bool keep_alive = true;
  bool tunnel = false;
  std::optional<Error> failure;
};

Result<H1Step> H1ResponseDecoder::Impl::ReadHead(std::string_view& input, ResponseHead& head) {
  if (input.empty()) return H1Step{};
  if (awaited == Awaited::kNothing) return Fail(Malformed("bytes without a request"));
  switch (buffer.Take(input)) {
    case HeadScanner::Outcome::kMore:
      return H1Step{};
    case HeadScanner::Outcome::kFault:
      return Fail(buffer.fault());
    case HeadScanner::Outcome::kEmptyLine:
      return Fail(Malformed("bad status line"));
    case HeadScanner::Outcome::kDone:
      break;
  }
  if (const auto fault = Parse(buffer.bytes(), head)) return Fail(*fault);
  buffer.Reset();
  in_body = true;
  return H1Step{H1Event::kHead, {}};
}

std::optional<Fault> H1ResponseDecoder::Impl::Parse(std::string_view bytes, ResponseHead& head) {
  head.Clear();
  head.wire_bytes = bytes.size();
  if (const auto fault = CheckStatusLine(StartLine(bytes))) return fault;
  // Servers leave out the space before an empty reason; Beast insists on it.
  constexpr std::size_t kStatusEnd = 12;
  const bool add_space = bytes[kStatusEnd] == '\r';
  char* const text = head.headers.arena().Allocate(bytes.size() + 1);
  std::memcpy(text, bytes.data(), kStatusEnd);
  text[kStatusEnd] = ' ';
  std::memcpy(text + kStatusEnd + (add_space ? 1 : 0), bytes.data() + kStatusEnd,
              bytes.size() - kStatusEnd);
  const std::string_view unfolded(text, Unfold(text, bytes.size() + (add_space ? 1 : 0)));

  if (const auto fault = CheckFieldLines(AfterStartLine(unfolded))) return fault;
  fields.Begin(head.headers);
  Tokens tokens(fields);
  if (const auto fault = Tokenise<false>(unfolded, tokens)) return fault;
  return Fill(tokens, head);
}

std::optional<Fault> H1ResponseDecoder::Impl::Fill(const Tokens& tokens, ResponseHead& head) {
  if (const auto fault = fields.length().Judge(tokens.version == Version::kHttp10)) return fault;
  if (const auto fault = fields.FinishConnection()) return fault;
  const int status = tokens.status;
  head.status = status;
  head.reason = tokens.reason;
  head.version = tokens.version;
  if (status == 101) {
    head.upgrade = fields.upgrade();
    if (head.upgrade.empty()) return Malformed("101 without Upgrade");
  }

  tunnel = status == 101 || (awaited == Awaited::kConnect && status >= 200 && status < 300);
  interim = status < 200 && !tunnel;
  const bool no_length = tunnel || interim || status == 204;  // the fields mean nothing there
  head.bodyless = no_length || status == 304 || awaited == Awaited::kHead;
  if (!no_length) {
    head.content_length = fields.length().content_length;
    head.chunked = fields.length().codings.present();
  }
  head.close_delimited = !head.bodyless && !head.chunked && !head.content_length;
  keep_alive = KeepsAlive(tokens.version, fields) && !head.close_delimited && !tunnel;
  BeginBody(head);
  return std::nullopt;
}

void H1ResponseDecoder::Impl::BeginBody(const ResponseHead& head) {
  if (tunnel || head.close_delimited) {
    body.BeginUntilClose();
  } else if (head.bodyless) {
    body.BeginNone();
  } else if (head.chunked) {
    body.BeginChunked();
  } else {
    body.BeginSized(head.content_length.value_or(0));
  }
}

void H1ResponseDecoder::Impl::End() {
  in_body = false;
  if (!interim) awaited = Awaited::kNothing;
}

H1ResponseDecoder::H1ResponseDecoder(const H1Limits& limits)
    : impl_(std::make_unique<Impl>(limits)) {}
H1ResponseDecoder::~H1ResponseDecoder() = default;

void H1ResponseDecoder::Expect(std::string_view method) {
  if (method == "HEAD") {
    impl_->awaited = Impl::Awaited::kHead;
  } else if (method == "CONNECT") {
    impl_->awaited = Impl::Awaited::kConnect;
  } else {
    impl_->awaited = Impl::Awaited::kOther;
  }
}

Result<H1Step> H1ResponseDecoder::Receive(std::string_view& input, ResponseHead& head) {
  if (impl_->failure) return *impl_->failure;
  if (!impl_->in_body) return impl_->ReadHead(input, head);
  Result<H1Step> step = impl_->body.Receive(input);
  if (step.has_error()) return impl_->Fail({step.error().code, 502, step.error().detail});
  if (step->event == H1Event::kEnd) impl_->End();
  return step;
}

Result<H1Step> H1ResponseDecoder::ReceiveEof() {
  if (impl_->failure) return *impl_->failure;
  if (!impl_->in_body) {
    if (!impl_->buffer.untouched())
      return impl_->Fail({ErrorCode::kReset, 502, "closed inside a response head"});
    return impl_->Fail({ErrorCode::kClosed, 502, "closed before a response"});
  }
  std::string_view nothing;
  const Result<H1Step> step = impl_->body.Receive(nothing);
  const bool complete =
      impl_->body.until_close() || (step.has_value() && step->event == H1Event::kEnd);
  if (!complete) return impl_->Fail({ErrorCode::kReset, 502, "closed inside a response body"});
  impl_->End();
  impl_->keep_alive = false;
  return H1Step{H1Event::kEnd, {}};
}

bool H1ResponseDecoder::idle() const {
  return impl_->awaited == Impl::Awaited::kNothing && !impl_->in_body && !impl_->failure;
}
bool H1ResponseDecoder::keep_alive() const { return impl_->keep_alive && !impl_->failure; }
bool H1ResponseDecoder::tunnel() const { return impl_->tunnel; }
const HeaderMap& H1ResponseDecoder::trailers() const { return impl_->body.trailers(); }
std::uint64_t H1ResponseDecoder::wire_body_bytes() const { return impl_->body.wire_bytes(); }

void H1ResponseDecoder::Release() {
  impl_->buffer.Release();
  if (!idle()) return;
  impl_->body.Release();
}

}  // namespace outrigger::http
