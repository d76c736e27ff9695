#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"

/// Requests and responses as the rooms between the codecs see them. All text is slices: of the head
/// as it arrived (copied once into the exchange's Arena) or of text added later, in the same arena.
namespace outrigger::http {

/// Fields our own code looks at; everything else is kOther. Assigned once, when a field enters a
/// HeaderMap.
enum class HeaderId : std::uint8_t {
  kOther,
  kHost,
  kConnection,
  kKeepAlive,
  kProxyConnection,
  kTransferEncoding,
  kContentLength,
  kTe,
  kTrailer,
  kUpgrade,
  kExpect,
  kContentType,
  kXForwardedFor,
  kXForwardedProto,
  kXRequestId,
  kEnvoyPeerMetadata,    // x-envoy-peer-metadata: always stripped on the way in
  kEnvoyPeerMetadataId,  // x-envoy-peer-metadata-id
};

/// Letter case does not matter.
HeaderId IdentifyHeader(std::string_view name);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
/// True when the comma-separated list `value` has `token` (without letter case).
bool ListContains(std::string_view value, std::string_view token);

struct HeaderField {
  std::string_view name;   ///< as sent, letter case kept
  std::string_view value;  ///< surrounding whitespace removed
  HeaderId id = HeaderId::kOther;
};

/// Fields in wire order. Text given to Add and Set is copied into the arena; AddView keeps the
/// slice, which must live as long as the exchange. Lookups walk the fields: a head has few of them.
class HeaderMap {
 public:
  explicit HeaderMap(Arena& arena) : arena_(&arena) {}

  /// First value, or empty. A present field with an empty value differs: see Has.
  [[nodiscard]] std::optional<std::string_view> Find(HeaderId id) const;
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view name) const;
  [[nodiscard]] bool Has(HeaderId id) const { return Find(id).has_value(); }
  /// All values of `name` joined with ", " (RFC 9110 §5.3); a single one is returned without
  /// copying.
  [[nodiscard]] std::optional<std::string_view> FindJoined(std::string_view name) const;

  void Add(std::string_view name, std::string_view value);
  void AddView(std::string_view name, std::string_view value);
  void AddView(std::string_view name, std::string_view value, HeaderId id) {
    fields_.push_back({name, value, id});
  }
  /// Overwrites the first field of that name, removes further ones, or appends.
  void Set(std::string_view name, std::string_view value);
  void Remove(HeaderId id);
  void Remove(std::string_view name);
  /// Drops the fields without releasing memory; the arena is cleared by its owner.
  void Clear() { fields_.clear(); }

  [[nodiscard]] std::span<const HeaderField> fields() const { return fields_; }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  [[nodiscard]] Arena& arena() const { return *arena_; }

 private:
  Arena* arena_;
  std::vector<HeaderField> fields_;
};

enum class Version : std::uint8_t { kHttp10, kHttp11, kHttp2 };
std::string_view ToString(Version version);

/// The request line and fields. Hop-by-hop and framing fields (Connection and what it names,
/// Keep-Alive, Proxy-Connection, Transfer-Encoding, Content-Length, TE, Trailer, Upgrade) are taken
/// out by the codec and spoken for by the members below; Host is `authority`. Codecs write them
/// anew.
struct RequestHead {
  explicit RequestHead(Arena& arena) : headers(arena) {}
  /// Back to the defaults; the arena is cleared by its owner.
  void Clear();

  std::string_view method;
  std::string_view
      target;  ///< origin form: path and query, "*" for OPTIONS *, authority for CONNECT
  std::string_view
      authority;  ///< Host, or the authority of an absolute-form target; may be empty (HTTP/1.0)
  std::string_view scheme = "http";
  Version version = Version::kHttp11;
  HeaderMap headers;

  std::optional<std::uint64_t>
      content_length;            ///< set when the body is sized; 0 is a sized empty body
  bool chunked = false;          ///< a body of unknown length follows
  bool te_trailers = false;      ///< the client said `TE: trailers`
  bool expect_continue = false;  ///< `Expect: 100-continue` (also kept in headers)
  std::string_view upgrade;      ///< Upgrade, when Connection names it; else empty
  std::size_t wire_bytes = 0;    ///< size of the head on the wire

  /// Codecs refuse targets with a fragment, so a path ends at '?' or not at all.
  [[nodiscard]] std::string_view path() const { return target.substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const;  ///< without '?', or empty
  [[nodiscard]] bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

struct ResponseHead {
  explicit ResponseHead(Arena& arena) : headers(arena) {}
  void Clear();

  int status = 200;
  std::string_view reason;  ///< as sent; empty lets the codec write the usual phrase
  Version version = Version::kHttp11;
  HeaderMap headers;

  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool close_delimited = false;  ///< the body ends where the connection ends
  bool bodyless = false;         ///< HEAD, 1xx, 204, 304: no body follows whatever the fields say
  std::string_view upgrade;      ///< with 101
  std::size_t wire_bytes = 0;

  [[nodiscard]] bool has_body() const {
    return !bodyless && (chunked || close_delimited || content_length.value_or(0) > 0);
  }
};

/// The usual phrase for a status code (RFC 9110 §15), or "Unknown".
std::string_view ReasonPhrase(int status);

std::ostream& operator<<(std::ostream& out, const RequestHead& head);
std::ostream& operator<<(std::ostream& out, const ResponseHead& head);

}  // namespace outrigger::http
