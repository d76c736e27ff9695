#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "proxy/http/h1_types.h"
#include "proxy/http/head.h"

/// HTTP/1.0 and 1.1 without sockets, clocks or coroutines (RFC 9112). Decoders turn bytes into
/// events; encoders append bytes to a string. Heads are tokenised by Beast's parser; framing, Host
/// and size rules are ours and come first, because Beast 1.81 lets smuggling probes through.
///
/// What a decoder reports depends on the bytes alone, never on how they were cut into calls (kData
/// slices apart). The usual loop:
///
///     while (true) {
///       const Result<H1Step> step = decoder.Receive(input, head);
///       if (step.has_error()) ...            // answer error_status(), close
///       if (step->event == H1Event::kNeedMore) break;   // input is empty now: read more bytes
///       ...
///     }
///
/// Nothing is allocated per message once buffers have grown to the connection's usual sizes. One
/// worker only, as everything on the data path.
namespace outrigger::http {

/// Reads the requests of one connection, one after the other.
class H1RequestDecoder {
 public:
  explicit H1RequestDecoder(const H1Limits& limits);
  ~H1RequestDecoder();

  /// Advances by one event and drops what it took from the front of `input`. `head` is cleared and
  /// filled when the event is kHead (its arena receives the text; clearing the arena between
  /// exchanges is its owner's job) and must be the same object until kEnd. A message without body
  /// reports kHead and then kEnd, so call again although `input` is empty. After kEnd the next call
  /// begins the next message; bytes that were sent ahead stay in `input` until then.
  ///
  /// Errors: kMalformed, kTooLarge, kUnsupported (answer error_status(); `detail` says which rule
  /// broke), side kDownstream; the connection must be closed, the decoder is spent and repeats the
  /// error. After an error in a head, `head` is partly filled and good for nothing but a log.
  ///
  /// After a head with `upgrade` or method CONNECT do not call again before the answer is known:
  /// what follows may be tunnel bytes. keep_alive() is false then, so a refused upgrade ends the
  /// connection.
  Result<H1Step> Receive(std::string_view& input, RequestHead& head);

  /// True between messages with no byte of the next one seen: the peer may close here.
  [[nodiscard]] bool idle() const;
  /// Whether the connection may carry another request after this one, as far as the client says.
  /// Valid from kHead to the next kHead; false after an error.
  [[nodiscard]] bool keep_alive() const;
  /// Fields of the chunked trailer of the message that just ended (framing, routing and credentials
  /// fields dropped). Valid from kEnd to the next kHead or Release().
  [[nodiscard]] const HeaderMap& trailers() const;
  /// Bytes of body framing and payload taken from the wire for the current message, head excluded.
  [[nodiscard]] std::uint64_t wire_body_bytes() const;
  /// For an error from Receive: 414 for a long request line, 431 for a large head, 501 for an
  /// unsupported transfer coding, 505 for another HTTP version, else 400.
  [[nodiscard]] int error_status() const;
  /// Memory of partial heads and trailers goes back; for idle connections. Harmless at any other
  /// time.
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

  /// Says which request the next response answers: HEAD and CONNECT change where it ends. Once for
  /// each request: bytes that no request asked for are an error.
  void Expect(std::string_view method);
  /// As H1RequestDecoder::Receive; errors have side kUpstream. An interim response (1xx but 101)
  /// reports kHead and then kEnd like any bodyless one, and the decoder then expects another head
  /// for the same request; how many of them is the caller's limit. Extra bytes after a final
  /// response stay in `input`: the connection must not be reused then. After 101, or 2xx to
  /// CONNECT, everything is kData until the connection ends (`tunnel()`). A 101 that names no
  /// protocol is malformed; whether the protocol was asked for is the caller's check.
  Result<H1Step> Receive(std::string_view& input, ResponseHead& head);
  /// The peer closed: kEnd for a close-delimited body or a tunnel; error kClosed before the first
  /// byte of a response, kReset for anything incomplete (never to be passed on as a success).
  Result<H1Step> ReceiveEof();

  /// No response is owed and no byte of one was seen: the connection may go back to its pool, if
  /// keep_alive() and no bytes are left over.
  [[nodiscard]] bool idle() const;
  /// Whether the peer lets us send another request. Valid from kHead on; false after an error.
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
enum class BodyFraming : std::uint8_t {
  kNone,        ///< no byte follows the head
  kSized,       ///< exactly content_length bytes follow
  kChunked,     ///< EncodeChunkPrefix ... EncodeEnd
  kUntilClose,  ///< bytes as they are, then the connection is closed
};

/// Appends a request head to `out`: request line, Host first, fields in order, connection and
/// framing fields last. Always HTTP/1.1. `close` adds `Connection: close`. Returns how the body
/// must be framed (kNone, kSized, kChunked).
///
/// Neither encoder lets CR, LF, NUL or another control character out, whoever put it into a head: a
/// field with one in its value, or with a name that is no token, is left out, and in the start line
/// such a byte, or a space, becomes '_'. Values come from traffic in the end (filters, other
/// codecs), so this is no assertion; configured values were validated when they were read.
/// Hop-by-hop fields somebody left in the map are left out too.
BodyFraming EncodeHead(const RequestHead& head, bool close, std::string& out);

/// Appends a response head for a client of `client_version`. A body of unknown length is chunked
/// for HTTP/1.1 and delimited by the end of the connection for HTTP/1.0 (then `close` is taken as
/// true). `bodyless` responses keep Content-Length as sent (HEAD, 304); 1xx and 204 never have one.
/// A response without any body gets `Content-Length: 0`. Writes `Connection: close`, or
/// `keep-alive` for 1.0 clients, who must have asked when `close` is false.
BodyFraming EncodeHead(const ResponseHead& head, Version client_version, bool close,
                       std::string& out);

/// Body bytes are not copied: write the prefix, the data, then "\r\n" when chunked. Appends the
/// chunk-size line. `size` is not 0: that would be the last chunk.
void EncodeChunkPrefix(std::size_t size, std::string& out);
/// The last chunk and, when given and not empty, trailers (filtered with MayBeTrailer). Only for
/// kChunked.
void EncodeEnd(const HeaderMap* trailers, std::string& out);

}  // namespace outrigger::http
