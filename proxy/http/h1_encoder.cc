#include <charconv>
#include <cstring>

#include "proxy/http/h1_codec.h"
#include "proxy/http/hop_by_hop.h"
#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// A field that could break out of its line. Values come from filters and from other codecs, so
/// from traffic in the end: the field is left out, and that is not worth an assertion.
bool IsWritable(const HeaderField& field) {
  return IsToken(field.name) && FindControl(field.value) == std::string_view::npos;
}

/// Everything but control characters and space.
constexpr ByteSet kWordChars = ByteSet({}).AddRange(0x21, 0x7e).AddRange(0x80, 0xff);

/// Start-line text without control characters and spaces. Codecs refuse them on the way in; should
/// one come this far it is written as '_' rather than as the end of a line.
void AppendWord(std::string_view word, std::string& out) {
  for (char c : word) out.push_back(kWordChars.Has(c) ? c : '_');
}

void AppendField(std::string_view name, std::string_view value, std::string& out) {
  const std::size_t from = out.size();
  out.resize(from + name.size() + value.size() + 4);
  char* to = out.data() + from;
  std::memcpy(to, name.data(), name.size());
  to += name.size();
  *to++ = ':';
  *to++ = ' ';
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
  to += value.size();
  *to++ = '\r';
  *to = '\n';
}

void AppendNumber(std::uint64_t number, int base, std::string& out) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number, base);
  out.append(digits, end);
}

void AppendContentLength(std::uint64_t length, std::string& out) {
  out.append("Content-Length: ");
  AppendNumber(length, 10, out);
  out.append(kLineEnd);
}

/// Room for the whole head at once.
std::size_t EstimateSize(const HeaderMap& headers) {
  std::size_t size = 256;
  for (const HeaderField& field : headers.fields())
    size += field.name.size() + field.value.size() + 4;
  return size;
}

void AppendFields(const HeaderMap& headers, bool skip_host, std::string& out) {
  for (const HeaderField& field : headers.fields()) {
    if (IsHopByHop(field.id) || (skip_host && field.id == HeaderId::kHost)) continue;
    if (IsWritable(field)) AppendField(field.name, field.value, out);
  }
}

/// `Connection: a, b` out of those that apply.
void AppendConnection(bool close, bool keep_alive, bool te, bool upgrade, std::string& out) {
  if (!close && !keep_alive && !te && !upgrade) return;
  out.append("Connection: ");
  auto add = [&out, first = true](bool applies, std::string_view option) mutable {
    if (!applies) return;
    if (!first) out.append(", ");
    first = false;
    out.append(option);
  };
  add(close, "close");
  add(keep_alive, "keep-alive");
  add(te, "TE");
  add(upgrade, "Upgrade");
  out.append(kLineEnd);
}

bool IsUpgradable(std::string_view upgrade) {
  return !upgrade.empty() && FindControl(upgrade) == std::string_view::npos;
}

void AppendStatusLine(const ResponseHead& head, std::string& out) {
  const int status = head.status >= 100 && head.status <= 999 ? head.status : 500;
  out.append("HTTP/1.1 ");
  AppendNumber(static_cast<std::uint64_t>(status), 10, out);
  out.push_back(' ');
  const bool as_sent = !head.reason.empty() && FindControl(head.reason) == std::string_view::npos;
  out.append(as_sent ? head.reason : ReasonPhrase(status));
  out.append(kLineEnd);
}

/// How the body of this response travels to that client.
BodyFraming ChooseFraming(const ResponseHead& head, Version client_version) {
  if (head.bodyless || head.status < 200 || head.status == 204 || head.status == 304)
    return BodyFraming::kNone;
  if (head.chunked || head.close_delimited) {
    return client_version == Version::kHttp10 ? BodyFraming::kUntilClose : BodyFraming::kChunked;
  }
  return head.content_length.value_or(0) > 0 ? BodyFraming::kSized : BodyFraming::kNone;
}

void AppendFraming(const ResponseHead& head, BodyFraming framing, std::string& out) {
  if (framing == BodyFraming::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (framing == BodyFraming::kUntilClose || head.status < 200 || head.status == 204) {
    return;  // nothing may be said about the length
  } else if (head.content_length) {
    AppendContentLength(*head.content_length, out);
  } else if (!head.bodyless && head.status != 304) {
    AppendContentLength(0, out);
  }
}

}  // namespace

BodyFraming EncodeHead(const RequestHead& head, bool close, std::string& out) {
  out.reserve(out.size() + EstimateSize(head.headers) + head.target.size() + head.authority.size());
  AppendWord(head.method, out);
  out.push_back(' ');
  AppendWord(head.target, out);
  out.append(" HTTP/1.1\r\nHost: ");
  AppendWord(head.authority, out);
  out.append(kLineEnd);
  AppendFields(head.headers, /*skip_host=*/true, out);
  if (head.te_trailers) out.append("TE: trailers\r\n");
  const bool upgrade = IsUpgradable(head.upgrade);
  if (upgrade) AppendField("Upgrade", head.upgrade, out);
  AppendConnection(close, false, head.te_trailers, upgrade, out);
  BodyFraming framing = BodyFraming::kNone;
  if (head.chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
    framing = BodyFraming::kChunked;
  } else if (head.content_length) {
    AppendContentLength(*head.content_length, out);
    if (*head.content_length > 0) framing = BodyFraming::kSized;
  }
  out.append(kLineEnd);
  return framing;
}

BodyFraming EncodeHead(const ResponseHead& head, Version client_version, bool close,
                       std::string& out) {
  const BodyFraming framing = ChooseFraming(head, client_version);
  if (framing == BodyFraming::kUntilClose) close = true;
  out.reserve(out.size() + EstimateSize(head.headers));
  AppendStatusLine(head, out);
  AppendFields(head.headers, /*skip_host=*/false, out);
  const bool upgrade = head.status == 101 && IsUpgradable(head.upgrade);
  if (upgrade) AppendField("Upgrade", head.upgrade, out);
  const bool interim = head.status < 200;
  AppendConnection(close && !interim, client_version == Version::kHttp10 && !close && !interim,
                   false, upgrade, out);
  AppendFraming(head, framing, out);
  out.append(kLineEnd);
  return framing;
}

void EncodeChunkPrefix(std::size_t size, std::string& out) {
  AppendNumber(size, 16, out);
  out.append(kLineEnd);
}

void EncodeEnd(const HeaderMap* trailers, std::string& out) {
  out.append("0\r\n");
  if (trailers != nullptr) {
    for (const HeaderField& field : trailers->fields()) {
      if (MayBeTrailer(field.name) && IsWritable(field)) AppendField(field.name, field.value, out);
    }
  }
  out.append(kLineEnd);
}

}  // namespace outrigger::http
