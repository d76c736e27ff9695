#include "proxy/http/hop_by_hop.h"

#include <algorithm>

#include "proxy/http/text.h"

namespace outrigger::http {
namespace {

/// More options than any client sends; bounds the removal below to options x fields.
constexpr int kMaxConnectionOptions = 32;

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view other) { return EqualsIgnoreCase(name, other); });
}

/// Connection may name these; they stay nevertheless.
constexpr std::string_view kNeverNamed[] = {
    "host",
    "authorization",
    "cookie",
    "set-cookie",
    "cache-control",
    "content-type",
    "expect",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "forwarded",
    "x-request-id",
    "x-forwarded-client-cert",
};

constexpr std::string_view kNeverTrailer[] = {
    "authorization",
    "cookie",
    "set-cookie",
    "proxy-authorization",
    "proxy-authenticate",
    "expires",
    "cache-control",
    "content-encoding",
    "content-range",
    "content-type",
    "www-authenticate",
    "max-forwards",
    "pragma",
    "range",
    "age",
    "date",
    "location",
    "retry-after",
    "vary",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "forwarded",
    "authentication-info",
};

}  // namespace

void FieldSorter::Begin(HeaderMap& headers) {
  headers_ = &headers;
  length_ = {};
  connections_ = 0;
  host_ = upgrade_ = {};
  hosts_ = 0;
  te_trailers_ = expect_continue_ = close_ = keep_alive_ = names_upgrade_ = false;
}

std::optional<Fault> FieldSorter::Add(std::string_view name, std::string_view value) {
  const HeaderId id = IdentifyHeader(name);
  switch (id) {
    case HeaderId::kHost:
      if (++hosts_ == 1) host_ = value;
      break;
    case HeaderId::kConnection:
      if (connections_ == connection_.size()) {
        return Fault{ErrorCode::kTooLarge, 431, "too many Connection fields"};
      }
      connection_[connections_++] = value;
      break;
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyConnection:
    case HeaderId::kTrailer:
      break;
    case HeaderId::kTransferEncoding:
      length_.codings.Add(value);
      break;
    case HeaderId::kContentLength:
      return length_.AddContentLength(value);
    case HeaderId::kTe:
      te_trailers_ = te_trailers_ || ListContains(value, "trailers");
      break;
    case HeaderId::kUpgrade:
      if (upgrade_.empty()) upgrade_ = value;
      break;
    case HeaderId::kExpect:
      expect_continue_ = expect_continue_ || EqualsIgnoreCase(value, "100-continue");
      headers_->AddView(name, value, id);
      break;
    default:
      headers_->AddView(name, value, id);
      break;
  }
  return std::nullopt;
}

std::optional<Fault> FieldSorter::FinishConnection() {
  int options = 0;
  for (std::string_view value : std::span(connection_).first(connections_)) {
    ForEachElement(value, [this, &options](std::string_view option) {
      if (option.empty()) return true;
      if (++options > kMaxConnectionOptions) return false;
      if (EqualsIgnoreCase(option, "close")) {
        close_ = true;
      } else if (EqualsIgnoreCase(option, "keep-alive")) {
        keep_alive_ = true;
      } else if (EqualsIgnoreCase(option, "upgrade")) {
        names_upgrade_ = true;
      } else if (!IsOneOf(option, kNeverNamed)) {
        headers_->Remove(option);
      }
      return true;
    });
  }
  if (options > kMaxConnectionOptions)
    return Fault{ErrorCode::kTooLarge, 431, "too many Connection options"};
  return std::nullopt;
}

std::string_view FieldSorter::upgrade() const {
  if (!names_upgrade_ || ListContains(upgrade_, "h2c")) return {};
  return upgrade_;
}

bool IsHopByHop(HeaderId id) {
  switch (id) {
    case HeaderId::kConnection:
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyConnection:
    case HeaderId::kTransferEncoding:
    case HeaderId::kContentLength:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kUpgrade:
      return true;
    default:
      return false;
  }
}

bool MayBeTrailer(std::string_view name) {
  const HeaderId id = IdentifyHeader(name);
  if (id == HeaderId::kOther) return !IsOneOf(name, kNeverTrailer);
  return false;  // every field our own code looks at decides something before the body ends
}

}  // namespace outrigger::http
