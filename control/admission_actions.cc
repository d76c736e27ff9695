#include "control/admission_actions.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "control/field_check.h"
#include "control/retry_token.h"
#include "control/sorted.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

using istio::Headers;
using HeaderMap = google::protobuf::Map<std::string, std::string>;

bool IsControl(char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0 && c != '\t'; }

// Goes into a request line or a Location header.
void CheckTargetText(std::string_view text, const config::Path& path, Report& report) {
  if (std::ranges::any_of(text, [](char c) { return c == ' ' || c == '\t' || IsControl(c); })) {
    report.Error(path, "spaces and control characters are not possible here");
  }
}

// `%VAR%` stands for something of the request; `%%` is a percent sign.
bool HasSubstitution(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '%') continue;
    if (i + 1 >= value.size() || value[i + 1] != '%') return true;
    ++i;
  }
  return false;
}

void CheckHeaderName(std::string_view name, bool host_allowed, const config::Path& path,
                     Report& report) {
  if (IsHostName(name)) {
    if (!host_allowed) report.Error(path, "the host can only be set or added on requests");
  } else if (!IsToken(name)) {
    report.Error(path, fmt::format("'{}' is not a header name", name));
  } else if (IsFraming(name)) {
    report.Warning(path,
                   fmt::format("{} is written by the proxy and cannot be changed; ignored", name));
  }
}

void CheckHeaderMap(const HeaderMap& headers, bool request, const config::Path& path,
                    Report& report) {
  for (const auto& [name, text] : Sorted(headers)) {
    const std::string& value = *text;
    const config::Path here = path.Key(name);
    CheckHeaderName(name, request, here, report);
    if (std::ranges::any_of(value, IsControl)) {
      report.Error(here, "control characters are not possible in a header");
    } else if (HasSubstitution(value)) {
      report.NotYetEffective(
          here,
          fmt::format("the substitution in '{}' (sent as written; a percent sign is %%)", value));
    }
  }
}

void CheckOperations(const Headers::HeaderOperations& operations, bool request,
                     const config::Path& path, Report& report) {
  CheckHeaderMap(operations.set(), request, path.Key("set"), report);
  CheckHeaderMap(operations.add(), request, path.Key("add"), report);
  const config::Path remove = path.Key("remove");
  for (int i = 0; i < operations.remove_size(); ++i) {
    CheckHeaderName(operations.remove(i), false, remove.Index(static_cast<std::size_t>(i)), report);
  }
}

void CheckDelay(const istio::HttpFaultInjection::Delay& delay, const config::Path& path,
                Report& report) {
  if (delay.has_exponential_delay()) {
    report.Error(path.Key("exponentialDelay"), "is not implemented by anyone; use fixedDelay");
  }
  if (delay.has_fixed_delay()) {
    CheckDuration(delay.fixed_delay(), path.Key("fixedDelay"), report);
  } else {
    report.Warning(path, "without fixedDelay nothing is delayed");
  }
  if (delay.has_percentage()) {
    const config::Path percentage = path.Key("percentage");
    CheckPercent(delay.percentage().value(), percentage.Key("value"), report);
  } else if (delay.has_percent()) {
    CheckPercent(delay.percent(), path.Key("percent"), report);
  } else {
    report.Warning(path, "without percentage no request is delayed");
  }
}

void CheckAbort(const istio::HttpFaultInjection::Abort& abort, const config::Path& path,
                Report& report) {
  using Abort = istio::HttpFaultInjection::Abort;
  if (abort.error_type_case() == Abort::kHttp2Error) {
    report.Error(path.Key("http2Error"), "is not implemented by anyone; use httpStatus");
  } else if (abort.error_type_case() == Abort::ERROR_TYPE_NOT_SET) {
    report.Warning(path, "without httpStatus nothing is aborted");
  }
  if (abort.has_http_status() && (abort.http_status() < 200 || abort.http_status() > 599)) {
    report.Error(path.Key("httpStatus"),
                 fmt::format("{} is not a status (200 to 599)", abort.http_status()));
  }
  if (abort.has_percentage()) {
    const config::Path percentage = path.Key("percentage");
    CheckPercent(abort.percentage().value(), percentage.Key("value"), report);
  } else {
    report.Warning(path, "without percentage no request is aborted");
  }
}

void CheckSubstitution(const istio::RegexRewrite& rewrite, const config::Path& path,
                       Report& report) {
  if (rewrite.rewrite().empty()) return report.Error(path, "is required");
  CheckTargetText(rewrite.rewrite(), path, report);
  std::string reason;
  const re2::RE2 regex(rewrite.match(), re2::RE2::Quiet);
  if (regex.ok() && !regex.CheckRewriteString(rewrite.rewrite(), &reason)) {
    report.Error(path, fmt::format("does not fit the expression: {}", reason));
  }
}

}  // namespace

void CheckRedirect(const istio::HttpRedirect& redirect, const config::Path& path, Report& report) {
  if (!redirect.uri().empty() && !redirect.prefix_rewrite().empty()) {
    report.Error(path.Key("prefixRewrite"), "excludes uri; keep one");
  }
  CheckTargetText(redirect.uri(), path.Key("uri"), report);
  CheckTargetText(redirect.prefix_rewrite(), path.Key("prefixRewrite"), report);
  CheckTargetText(redirect.authority(), path.Key("authority"), report);
  const std::string& scheme = redirect.scheme();
  if (!scheme.empty() && scheme != "http" && scheme != "https") {
    report.Error(path.Key("scheme"), fmt::format("'{}' is neither http nor https", scheme));
  }
  if (redirect.redirect_port_case() == istio::HttpRedirect::kPort) {
    CheckPort(redirect.port(), path.Key("port"), report);
  }
  const bool has_target =
      !redirect.uri().empty() || !redirect.prefix_rewrite().empty() ||
      !redirect.authority().empty() || !scheme.empty() ||
      redirect.redirect_port_case() != istio::HttpRedirect::REDIRECT_PORT_NOT_SET;
  if (!has_target) {
    report.Error(path,
                 "one of uri, prefixRewrite, authority, port, derivePort, scheme is required");
  }
  constexpr std::uint32_t kCodes[] = {0, 301, 302, 303, 307, 308};  // 0: absent
  if (std::ranges::find(kCodes, redirect.redirect_code()) == std::end(kCodes)) {
    report.Error(path.Key("redirectCode"),
                 fmt::format("{} is not one of 301, 302, 303, 307, 308", redirect.redirect_code()));
  }
}

void CheckDirectResponse(const istio::HttpDirectResponse& response, const config::Path& path,
                         Report& report) {
  constexpr std::size_t kMaxBody = std::size_t{1} << 20;
  constexpr std::size_t kLargeBody = 100 * 1024;
  if (response.status() < 200 || response.status() > 599) {
    report.Error(path.Key("status"),
                 fmt::format("{} is not a status (200 to 599)", response.status()));
  }
  const std::size_t size = response.body().has_bytes() ? response.body().bytes().size()
                                                       : response.body().string().size();
  if (size > kMaxBody) {
    report.Error(path.Key("body"), fmt::format("has {} bytes; at most 1 MiB is possible", size));
  } else if (size > kLargeBody) {
    report.Warning(path.Key("body"), fmt::format("has {} bytes, held by every proxy", size));
  }
}

void CheckRewrite(const istio::HttpRewrite& rewrite, const config::Path& path, Report& report) {
  if (rewrite.uri().empty() && rewrite.authority().empty() && !rewrite.has_uri_regex_rewrite()) {
    return report.Error(path, "one of uri, uriRegexRewrite and authority is required");
  }
  CheckTargetText(rewrite.uri(), path.Key("uri"), report);
  CheckTargetText(rewrite.authority(), path.Key("authority"), report);
  if (!rewrite.has_uri_regex_rewrite()) return;
  const config::Path regex = path.Key("uriRegexRewrite");
  if (!rewrite.uri().empty()) report.Error(regex, "excludes uri; keep one");
  CheckRegex(rewrite.uri_regex_rewrite().match(), regex.Key("match"), report);
  CheckSubstitution(rewrite.uri_regex_rewrite(), regex.Key("rewrite"), report);
}

void CheckRetries(const istio::HttpRetry& retries, const config::Path& path, Report& report) {
  if (retries.attempts() < 0) {
    report.Error(path.Key("attempts"), fmt::format("{} is negative", retries.attempts()));
  }
  const bool more = retries.has_per_try_timeout() || !retries.retry_on().empty() ||
                    retries.has_retry_remote_localities();
  if (retries.attempts() == 0 && more) {
    report.Error(path.Key("attempts"), "0 disables retries; the other fields need at least 1");
  }
  if (retries.has_per_try_timeout()) {
    CheckDuration(retries.per_try_timeout(), path.Key("perTryTimeout"), report);
  }
  if (retries.has_backoff()) CheckDuration(retries.backoff(), path.Key("backoff"), report);
  for (const std::string_view token : SplitRetryOn(retries.retry_on())) {
    switch (ClassifyRetryToken(token)) {
      case RetryToken::kKnown:
        break;
      case RetryToken::kInert:
        report.NotYetEffective(path.Key("retryOn"), fmt::format("'{}'", token));
        break;
      case RetryToken::kUnknown:
        report.Error(
            path.Key("retryOn"),
            fmt::format("'{}' is not a retry condition (comma list without spaces)", token));
        break;
    }
  }
}

void CheckFault(const istio::HttpFaultInjection& fault, const config::Path& path, Report& report) {
  if (!fault.has_delay() && !fault.has_abort()) {
    report.Error(path, "one of delay and abort is required");
  }
  if (fault.has_delay()) CheckDelay(fault.delay(), path.Key("delay"), report);
  if (fault.has_abort()) CheckAbort(fault.abort(), path.Key("abort"), report);
}

void CheckHeaders(const istio::Headers& headers, const config::Path& path, Report& report) {
  CheckOperations(headers.request(), true, path.Key("request"), report);
  CheckOperations(headers.response(), false, path.Key("response"), report);
}

bool SetsHost(const Headers::HeaderOperations& operations) {
  const auto is_host = [](const auto& header) { return IsHostName(header.first); };
  return std::ranges::any_of(operations.set(), is_host) ||
         std::ranges::any_of(operations.add(), is_host);
}

}  // namespace outrigger::control
