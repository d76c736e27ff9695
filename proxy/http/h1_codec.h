#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "proxy/http/head.h"

/// HTTP/1.0 and 1.1 without sockets, clocks or coroutines (RFC 9112). Decoders turn bytes into
/// events; encoders append bytes to a string. Heads are tokenised by Beast's parser; framing, Host
/// and size rules are ours and come first, because Beast 1.81 lets smuggling probes through.
namespace outrigger::http {

struct H1Limits {
  std::size_t max_head_bytes = 60 * 1024;  // decoded request or response head
  std::size_t max_fields = 100;
  std::size_t max_line_bytes = 16 * 1024;        // request line or status line
  std::size_t max_chunk_extension_bytes = 1024;  // per chunk; dropped, never forwarded
  std::size_t max_trailer_bytes = 16 * 1024;
};

enum class H1Event : std::uint8_t {
  kNeedMore,  // all input is consumed; nothing to report
  kHead,      // the head is complete and in the RequestHead / ResponseHead
  kData,      // `data` is a slice of the input: body bytes
  kEnd,       // the message is complete; trailers, if any, are in trailers()
};

struct H1Step {
  H1Event event = H1Event::kNeedMore;
  std::string_view data;
};

/// Reads the requests of one connection, one after the other.
class H1RequestDecoder {
 public:
  explicit H1RequestDecoder(const H1Limits& limits);
  ~H1RequestDecoder();

  /// Advances by one event and drops what it took from the front of `input`. `head` is filled when
  /// the event is kHead (its arena receives the text) and must be the same object until kEnd. A
  /// message without body reports kHead and then kEnd. After kEnd the next call begins the next
  /// message. Errors: kMalformed, kTooLarge, kUnsupported (answer 400, 431/414, 501; `detail` says
  /// which rule broke), side kDownstream; the connection must be closed, the decoder is spent.
  Result<H1Step> Receive(std::string_view& input, RequestHead& head);

  /// True between messages with no byte of the next one seen: the peer may close here.
  [[nodiscard]] bool idle() const;
  /// Whether the connection may carry another request after this one, as far as the client says.
  [[nodiscard]] bool keep_alive() const;
  /// Fields of the chunked trailer of the message that just ended (framing, routing and credentials
  /// fields dropped).
  [[nodiscard]] const HeaderMap& trailers() const;
  /// Bytes of body framing and payload taken from the wire for the current message, head excluded.
  [[nodiscard]] std::uint64_t wire_body_bytes() const;
  /// For an error from Receive: 414 for a long request line, 431 for a large head, 501, else 400.
  [[nodiscard]] int error_status() const;
  /// Memory of partial heads goes back; for idle connections.
  void Release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads the responses on one upstream connection.
class H1ResponseDecoder {
 public:
  explicit H1ResponseDecoder(const H1Limits& limits);
  ~H1ResponseDecoder();

  /// Says which request the next response answers: HEAD and CONNECT change where it ends.
  void Expect(std::string_view method);
  /// As H1RequestDecoder::Receive; errors have side kUpstream. An interim response (1xx but 101)
  /// reports kHead and then kEnd like any bodyless one, and the decoder then expects another head
  /// for the same request. After 101, or 2xx to CONNECT, everything is kData until the connection
  /// ends (`tunnel()`).
  Result<H1Step> Receive(std::string_view& input, ResponseHead& head);
  /// The peer closed: kEnd for a close-delimited body, kClosed/kReset error for anything
  /// incomplete.
  Result<H1Step> ReceiveEof();

  [[nodiscard]] bool idle() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool tunnel() const;
  [[nodiscard]] const HeaderMap& trailers() const;
  [[nodiscard]] std::uint64_t wire_body_bytes() const;
  void Release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// How the body of an outgoing message is delimited.
enum class BodyFraming : std::uint8_t { kNone, kSized, kChunked, kUntilClose };

/// Appends a request head to `out`: request line, Host first, fields in order, framing fields last.
/// `close` adds `Connection: close`. Returns how the body must be framed (kNone, kSized, kChunked).
BodyFraming EncodeHead(const RequestHead& head, bool close, std::string& out);

/// Appends a response head for a client of `client_version`. A body of unknown length is chunked
/// for HTTP/1.1 and delimited by the end of the connection for HTTP/1.0 (then `close` is taken as
/// true). `bodyless` responses keep Content-Length as sent (HEAD, 304). Writes `Connection: close`
/// or, for 1.0 clients that asked, `keep-alive`.
BodyFraming EncodeHead(const ResponseHead& head, Version client_version, bool close,
                       std::string& out);

/// Body bytes are not copied: write `prefix`, the data, then "\r\n" when chunked. Appends the
/// chunk-size line.
void EncodeChunkPrefix(std::size_t size, std::string& out);
/// The last chunk and, when given and not empty, trailers. Only for kChunked.
void EncodeEnd(const HeaderMap* trailers, std::string& out);

}  // namespace outrigger::http
