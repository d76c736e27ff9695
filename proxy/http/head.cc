#include "proxy/http/head.h"

#include <algorithm>
#include <utility>

#include "proxy/http/text.h"

namespace outrigger::http {

HeaderId IdentifyHeader(std::string_view name) {
  const auto is = [name](std::string_view known, HeaderId id) {
    return EqualsIgnoreCase(name, known) ? id : HeaderId::kOther;
  };
  // The length alone rules out nearly all names.
  switch (name.size()) {
    case 2:
      return is("te", HeaderId::kTe);
    case 4:
      return is("host", HeaderId::kHost);
    case 6:
      return is("expect", HeaderId::kExpect);
    case 7:
      return ToLower(name[0]) == 't' ? is("trailer", HeaderId::kTrailer)
                                     : is("upgrade", HeaderId::kUpgrade);
    case 10:
      return ToLower(name[0]) == 'c' ? is("connection", HeaderId::kConnection)
                                     : is("keep-alive", HeaderId::kKeepAlive);
    case 12:
      return ToLower(name[0]) == 'c' ? is("content-type", HeaderId::kContentType)
                                     : is("x-request-id", HeaderId::kXRequestId);
    case 14:
      return is("content-length", HeaderId::kContentLength);
    case 15:
      return is("x-forwarded-for", HeaderId::kXForwardedFor);
    case 16:
      return is("proxy-connection", HeaderId::kProxyConnection);
    case 17:
      return ToLower(name[0]) == 't' ? is("transfer-encoding", HeaderId::kTransferEncoding)
                                     : is("x-forwarded-proto", HeaderId::kXForwardedProto);
    case 21:
      return is("x-envoy-peer-metadata", HeaderId::kEnvoyPeerMetadata);
    case 24:
      return is("x-envoy-peer-metadata-id", HeaderId::kEnvoyPeerMetadataId);
    default:
      return HeaderId::kOther;
  }
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}

bool ListContains(std::string_view value, std::string_view token) {
  bool found = false;
  ForEachElement(value, [&found, token](std::string_view element) {
    found = EqualsIgnoreCase(element, token);
    return !found;
  });
  return found;
}

std::optional<std::string_view> HeaderMap::Find(HeaderId id) const {
  for (const HeaderField& field : fields_) {
    if (field.id == id) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> HeaderMap::Find(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (EqualsIgnoreCase(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> HeaderMap::FindJoined(std::string_view name) const {
  constexpr std::string_view kSeparator = ", ";
  std::optional<std::string_view> first;
  std::size_t size = 0;
  bool several = false;
  for (const HeaderField& field : fields_) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (first) {
      several = true;
      size += kSeparator.size();
    } else {
      first = field.value;
    }
    size += field.value.size();
  }
  if (!several) return first;

  char* const text = arena_->Allocate(size);
  char* to = text;
  bool more = false;
  for (const HeaderField& field : fields_) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (std::exchange(more, true)) to = std::copy(kSeparator.begin(), kSeparator.end(), to);
    to = std::copy(field.value.begin(), field.value.end(), to);
  }
  return std::string_view(text, size);
}

void HeaderMap::Add(std::string_view name, std::string_view value) {
  AddView(arena_->Copy(name), arena_->Copy(value));
}

void HeaderMap::AddView(std::string_view name, std::string_view value) {
  AddView(name, value, IdentifyHeader(name));
}

void HeaderMap::Set(std::string_view name, std::string_view value) {
  const auto matches = [name](const HeaderField& field) {
    return EqualsIgnoreCase(field.name, name);
  };
  const auto first = std::find_if(fields_.begin(), fields_.end(), matches);
  if (first == fields_.end()) return Add(name, value);
  first->value = arena_->Copy(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), matches), fields_.end());
}

void HeaderMap::Remove(HeaderId id) {
  std::erase_if(fields_, [id](const HeaderField& field) { return field.id == id; });
}

void HeaderMap::Remove(std::string_view name) {
  std::erase_if(fields_,
                [name](const HeaderField& field) { return EqualsIgnoreCase(field.name, name); });
}

std::string_view ToString(Version version) {
  switch (version) {
    case Version::kHttp10:
      return "HTTP/1.0";
    case Version::kHttp11:
      return "HTTP/1.1";
    case Version::kHttp2:
      return "HTTP/2";
  }
  return "HTTP/?";
}

void RequestHead::Clear() {
  method = target = authority = upgrade = {};
  scheme = "http";
  version = Version::kHttp11;
  headers.Clear();
  content_length.reset();
  chunked = te_trailers = expect_continue = false;
  wire_bytes = 0;
}

std::string_view RequestHead::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

void ResponseHead::Clear() {
  status = 200;
  reason = upgrade = {};
  version = Version::kHttp11;
  headers.Clear();
  content_length.reset();
  chunked = close_delimited = bodyless = false;
  wire_bytes = 0;
}

namespace {

void PrintFields(std::ostream& out, const HeaderMap& headers) {
  for (const HeaderField& field : headers.fields())
    out << '\n' << field.name << ": " << field.value;
}

void PrintLength(std::ostream& out, const std::optional<std::uint64_t>& length, bool chunked) {
  if (length) out << " length=" << *length;
  if (chunked) out << " chunked";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const RequestHead& head) {
  out << ToString(head.version) << ' ' << head.method << ' ' << head.target
      << " authority=" << head.authority;
  PrintLength(out, head.content_length, head.chunked);
  if (head.te_trailers) out << " te=trailers";
  if (head.expect_continue) out << " expect=100-continue";
  if (!head.upgrade.empty()) out << " upgrade=" << head.upgrade;
  PrintFields(out, head.headers);
  return out;
}

std::ostream& operator<<(std::ostream& out, const ResponseHead& head) {
  out << ToString(head.version) << ' ' << head.status << ' ' << head.reason;
  PrintLength(out, head.content_length, head.chunked);
  if (head.close_delimited) out << " until-close";
  if (head.bodyless) out << " bodyless";
  if (!head.upgrade.empty()) out << " upgrade=" << head.upgrade;
  PrintFields(out, head.headers);
  return out;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 102:
      return "Processing";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 418:
      return "I'm a teapot";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 511:
      return "Network Authentication Required";
    default:
      return "Unknown";
  }
}

}  // namespace outrigger::http
