#include "proxy/config/validate_route.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/config/excerpt.h"

namespace outrigger::config {
namespace {

// A larger answer belongs in a file server (traffic API, 3.4).
constexpr std::size_t kMaxDirectBody = std::size_t{1} << 20;

constexpr std::string_view kRetryTokens[] = {"5xx",
                                             "gateway-error",
                                             "reset",
                                             "reset-before-request",
                                             "connect-failure",
                                             "refused-stream",
                                             "retriable-4xx",
                                             "unavailable",
                                             "cancelled"};
constexpr std::uint32_t kRedirectStatus[] = {301, 302, 303, 307, 308};

template <class List, class Value>
bool Contains(const List& list, const Value& value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

void CheckMatch(const v1::StringMatch& match, const Path& path, Checker& checker) {
  if (match.match_case() == v1::StringMatch::MATCH_NOT_SET)
    checker.Error(path, "needs one of exact, prefix and regex");
  if (match.has_regex()) checker.Regex(path.Key("regex"), match.regex());
}

void CheckRouteMatch(const v1::RouteMatch& match, const Path& path, Checker& checker) {
  if (match.has_path()) CheckMatch(match.path(), path.Key("path"), checker);
  if (match.has_method()) CheckMatch(match.method(), path.Key("method"), checker);
  if (match.has_authority()) CheckMatch(match.authority(), path.Key("authority"), checker);
  if (match.has_scheme()) CheckMatch(match.scheme(), path.Key("scheme"), checker);
  const Path headers = path.Key("headers");
  for (int i = 0; i < match.headers_size(); ++i) {
    const Path item = headers.Index(static_cast<std::size_t>(i));
    checker.HeaderName(item.Key("name"), match.headers(i).name());
    if (match.headers(i).has_value())
      CheckMatch(match.headers(i).value(), item.Key("value"), checker);
  }
  const Path query = path.Key("query");
  for (int i = 0; i < match.query_size(); ++i) {
    const Path item = query.Index(static_cast<std::size_t>(i));
    checker.Required(item.Key("name"), match.query(i).name());
    if (match.query(i).has_value()) CheckMatch(match.query(i).value(), item.Key("value"), checker);
  }
}

// What says where a message ends is the codec's alone: a changed length is a smuggled request.
void CheckHeaderMayChange(const std::string& name, const Path& path, Checker& checker) {
  for (const std::string_view framing : {"content-length", "transfer-encoding"}) {
    if (absl::AsciiStrToLower(name) == framing) {
      checker.Error(path, std::string(framing) + " is written by the proxy and cannot be changed");
    }
  }
}

template <class Headers>
void CheckHeaders(const Headers& headers, const Path& path, Checker& checker) {
  for (int i = 0; i < headers.size(); ++i) {
    const Path item = path.Index(static_cast<std::size_t>(i));
    checker.HeaderName(item.Key("name"), headers[i].name());
    CheckHeaderMayChange(headers[i].name(), item.Key("name"), checker);
    checker.HeaderValue(item.Key("value"), headers[i].value());
  }
}

void CheckMutation(const v1::HeaderMutation& mutation, const Path& path, Checker& checker) {
  CheckHeaders(mutation.set(), path.Key("set"), checker);
  CheckHeaders(mutation.add(), path.Key("add"), checker);
  const Path remove = path.Key("remove");
  for (int i = 0; i < mutation.remove_size(); ++i) {
    const Path item = remove.Index(static_cast<std::size_t>(i));
    checker.HeaderName(item, mutation.remove(i));
    CheckHeaderMayChange(mutation.remove(i), item, checker);
  }
}

// The clusters need not exist: traffic to a missing one is answered with 503 and flag NC.
void CheckClusters(const v1::Route& route, const Path& path, Checker& checker) {
  std::uint64_t sum = 0;
  for (int i = 0; i < route.clusters_size(); ++i) {
    const v1::WeightedCluster& cluster = route.clusters(i);
    const Path item = path.Index(static_cast<std::size_t>(i));
    checker.Required(item.Key("name"), cluster.name());
    CheckMutation(cluster.request_headers(), item.Key("request_headers"), checker);
    CheckMutation(cluster.response_headers(), item.Key("response_headers"), checker);
    sum += cluster.weight();
  }
  // A lone cluster gets everything, whatever its weight (traffic API reference 3.6).
  if (sum == 0 && route.clusters_size() > 1)
    checker.Error(path, "the weights add up to 0; give at least one cluster a weight");
  if (sum > std::numeric_limits<std::uint32_t>::max())
    checker.Error(path, "the weights add up to more than 4294967295");
}

void CheckRedirect(const v1::Redirect& redirect, const Path& path, Checker& checker) {
  if (!redirect.path().empty() && !redirect.prefix().empty())
    checker.Error(path, "takes path or prefix, not both");
  checker.TargetText(path.Key("path"), redirect.path());
  checker.TargetText(path.Key("prefix"), redirect.prefix());
  checker.TargetText(path.Key("authority"), redirect.authority());
  if (!redirect.scheme().empty() && redirect.scheme() != "http" && redirect.scheme() != "https") {
    checker.Error(path.Key("scheme"), Excerpt(redirect.scheme()) + " is neither http nor https");
  }
  if (redirect.port() != 0) checker.Port(path.Key("port"), redirect.port());
  if (redirect.status() != 0 && !Contains(kRedirectStatus, redirect.status())) {
    checker.Error(path.Key("status"),
                  std::to_string(redirect.status()) + " is not one of 301, 302, 303, 307, 308");
  }
}

void CheckDirectResponse(const v1::DirectResponse& response, const Path& path, Checker& checker) {
  checker.Status(path.Key("status"), response.status());
  if (response.body().size() > kMaxDirectBody)
    checker.Error(path.Key("body"), "is larger than 1 MiB");
}

void CheckRewrite(const v1::Rewrite& rewrite, const Path& path, Checker& checker) {
  if (!rewrite.path().empty() && rewrite.has_regex())
    checker.Error(path, "takes path or regex, not both");
  checker.TargetText(path.Key("path"), rewrite.path());
  checker.TargetText(path.Key("authority"), rewrite.authority());
  if (!rewrite.has_regex()) return;
  const Path regex = path.Key("regex");
  if (!checker.Required(regex.Key("pattern"), rewrite.regex().pattern())) return;
  checker.RegexRewrite(regex.Key("pattern"), rewrite.regex().pattern(), regex.Key("substitution"),
                       rewrite.regex().substitution());
  checker.TargetText(regex.Key("substitution"), rewrite.regex().substitution());
}

bool IsStatusCode(std::string_view token) {
  std::uint32_t status = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), status);
  return error == std::errc() && end == token.data() + token.size() && token.size() == 3 &&
         status >= 100 && status <= 599;
}

void CheckRetry(const v1::RetryPolicy& retry, const Path& path, Checker& checker) {
  checker.NotNegative(path.Key("per_try_timeout"), retry.per_try_timeout());
  checker.NotNegative(path.Key("backoff"), retry.backoff());
  const Path retry_on = path.Key("retry_on");
  for (int i = 0; i < retry.retry_on_size(); ++i) {
    const std::string& token = retry.retry_on(i);
    if (Contains(kRetryTokens, token) || IsStatusCode(token)) continue;
    checker.Error(retry_on.Index(static_cast<std::size_t>(i)),
                  Excerpt(token) + " is not a condition to retry on or a status code");
  }
}

void CheckFault(const v1::Fault& fault, const Path& path, Checker& checker) {
  if (fault.has_delay()) {
    const Path delay = path.Key("delay");
    if (!fault.delay().has_duration()) checker.Error(delay.Key("duration"), "is required");
    checker.NotNegative(delay.Key("duration"), fault.delay().duration());
    checker.Percent(delay.Key("percent"), fault.delay().percent());
  }
  if (fault.has_abort()) {
    const Path abort = path.Key("abort");
    checker.Status(abort.Key("status"), fault.abort().status());
    checker.Percent(abort.Key("percent"), fault.abort().percent());
  }
}

void CheckAction(const v1::Route& route, const Path& path, Checker& checker) {
  const int actions =
      int{route.clusters_size() > 0} + int{route.has_redirect()} + int{route.has_direct_response()};
  if (actions != 1)
    checker.Error(path, "needs exactly one of clusters, redirect and direct_response");
  if (route.clusters_size() > 0) CheckClusters(route, path.Key("clusters"), checker);
  if (route.has_redirect()) CheckRedirect(route.redirect(), path.Key("redirect"), checker);
  if (route.has_direct_response())
    CheckDirectResponse(route.direct_response(), path.Key("direct_response"), checker);
}

}  // namespace

void ValidateRoute(const v1::Route& route, const Path& path, Checker& checker) {
  CheckRouteMatch(route.match(), path.Key("match"), checker);
  CheckAction(route, path, checker);
  CheckRewrite(route.rewrite(), path.Key("rewrite"), checker);
  checker.NotNegative(path.Key("timeout"), route.timeout());
  if (route.has_retry()) CheckRetry(route.retry(), path.Key("retry"), checker);
  if (route.has_fault()) CheckFault(route.fault(), path.Key("fault"), checker);
  CheckMutation(route.request_headers(), path.Key("request_headers"), checker);
  CheckMutation(route.response_headers(), path.Key("response_headers"), checker);
}

}  // namespace outrigger::config
