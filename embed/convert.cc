#include "embed/convert.h"

#include <cstdio>
#include <ctime>
#include <utility>

#include "proxy/http/hop_by_hop.h"
#include "proxy/http/target.h"
#include "proxy/http/text.h"

namespace outrigger::embed {
namespace {

bool IsWritable(const Headers::Field& field) {
  return http::IsToken(field.first) && http::FindControl(field.second) == std::string_view::npos;
}

/// False when a field cannot be sent.
bool FillFields(const Headers& from, http::HeaderMap& to) {
  for (const Headers::Field& field : from.fields()) {
    if (!IsWritable(field)) return false;
    const http::HeaderId id = http::IdentifyHeader(field.first);
    if (http::IsHopByHop(id) || id == http::HeaderId::kHost) continue;
    to.AddView(field.first, field.second, id);
  }
  return true;
}

std::string DefaultAuthority(const rpc::HttpExchange& exchange) {
  const bool is_ipv6 = exchange.host.find(':') != std::string::npos;
  std::string authority = is_ipv6 ? "[" + exchange.host + "]" : exchange.host;
  if (exchange.port != 80) authority += ":" + std::to_string(exchange.port);
  return authority;
}

CallFailure FailureOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNoEndpoint:
      return CallFailure::kResolve;
    case ErrorCode::kConnectRefused:
    case ErrorCode::kConnectTimeout:
    case ErrorCode::kUnreachable:
    case ErrorCode::kOverflow:
    case ErrorCode::kResource:
      return CallFailure::kConnect;
    case ErrorCode::kTimeout:
      return CallFailure::kTimeout;
    case ErrorCode::kTooLarge:
      return CallFailure::kTooLarge;
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
      return CallFailure::kProtocol;
    default:
      return CallFailure::kClosed;
  }
}

}  // namespace

Request ToRequest(const http::RequestHead& head) {
  Request request;
  request.method = head.method;
  request.target = head.target;
  if (!head.authority.empty()) request.headers.Add("Host", head.authority);
  for (const http::HeaderField& field : head.headers.fields()) {
    if (field.id != http::HeaderId::kHost) request.headers.Add(field.name, field.value);
  }
  return request;
}

bool FillHead(const Response& response, bool head_request, http::ResponseHead& head) {
  if (response.status < 200 || response.status > 599) return false;
  head.status = response.status;
  head.bodyless = head_request || response.status == 204 || response.status == 304;
  // RFC 9110 §8.6: none in a 204; in a 304 it would speak of another response.
  if (response.status != 204 && response.status != 304) head.content_length = response.body.size();
  return FillFields(response.headers, head.headers);
}

std::string FillExchange(Request& request, rpc::HttpExchange& exchange) {
  http::RequestHead& head = exchange.request;
  if (!http::IsToken(request.method)) return "\"" + request.method + "\" is not a method";
  if (request.method == "CONNECT") return "CONNECT is not supported";
  if (!request.target.starts_with('/') && request.target != "*") {
    return "the target \"" + request.target + "\" does not begin with '/'";
  }
  if (!http::IsValidTarget(request.target)) {
    return "the target \"" + request.target + "\" has characters that must be percent-encoded";
  }
  const std::string_view host = request.headers.Get("Host");
  head.authority =
      exchange.arena.Copy(host.empty() ? std::string_view(DefaultAuthority(exchange)) : host);
  if (!http::IsValidAuthority(head.authority)) {
    return "\"" + std::string(head.authority) + "\" is not a host";
  }
  if (!FillFields(request.headers, head.headers)) {
    return "a header field has a name or value that cannot be sent";
  }
  head.method = request.method;
  head.target = request.target;
  exchange.request_body = std::move(request.body);
  // RFC 9110 §8.6: methods that expect a body say 0, others say nothing.
  const bool expects_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (expects_body || !exchange.request_body.empty()) {
    head.content_length = exchange.request_body.size();
  }
  return "";
}

CallResult ToCallResult(const Result<void>& done, rpc::HttpExchange& exchange) {
  CallResult result;
  if (!done) {
    result.failure = FailureOf(done.error().code);
    result.error = exchange.host + ":" + std::to_string(exchange.port) + ": " +
                   std::string(ToString(done.error().code)) + ": " +
                   std::string(done.error().detail);
    return result;
  }
  result.response.status = exchange.response.status;
  for (const http::HeaderField& field : exchange.response.headers.fields()) {
    result.response.headers.Add(field.name, field.value);
  }
  result.response.body = std::move(exchange.response_body);
  return result;
}

std::string HttpDate(std::int64_t unix_seconds) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[64];  // not strftime: names of days would follow the locale
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday],
                utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text;
}

}  // namespace outrigger::embed
