#include "control/admission_route.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "api/istio/virtual_service.pb.h"
#include "control/admission_actions.h"
#include "control/field_check.h"

namespace outrigger::control {
namespace {

void CheckAction(const istio::HttpRoute& route, const config::Path& path, Report& report) {
  const int actions =
      (route.route().empty() ? 0 : 1) + route.has_redirect() + route.has_direct_response();
  if (actions > 1) {
    return report.Error(path, "only one of route, redirect and directResponse is possible");
  }
  if (actions == 0 && !route.has_delegate()) {
    return report.Error(path, "one of route, redirect and directResponse is required");
  }
  if (route.has_delegate() && (!route.route().empty() || route.has_redirect())) {
    return report.Error(path.Key("delegate"), "excludes route and redirect");
  }
  const char* action = route.has_redirect()          ? "redirect"
                       : route.has_direct_response() ? "directResponse"
                                                     : nullptr;
  if (action == nullptr) return;
  if (route.has_fault()) {
    report.Error(path.Key("fault"), fmt::format("has no meaning beside {}; remove one", action));
  }
  if (route.has_rewrite()) {
    report.Error(path.Key("rewrite"), fmt::format("has no meaning beside {}; remove one", action));
  }
}

void CheckDestinations(const istio::HttpRoute& route, const config::Path& path, Report& report) {
  std::int64_t total = 0;
  for (int i = 0; i < route.route_size(); ++i) {
    const auto& destination = route.route(i);
    const config::Path here = path.Index(static_cast<std::size_t>(i));
    if (destination.weight() < 0) {
      report.Error(here.Key("weight"), fmt::format("{} is negative", destination.weight()));
    }
    total += destination.weight();
    if (!destination.has_destination()) {
      report.Error(here.Key("destination"), "is required");
      continue;
    }
    CheckDestination(destination.destination(), here.Key("destination"), report);
    if (destination.has_headers()) {
      CheckHeaders(destination.headers(), here.Key("headers"), report);
    }
  }
  if (route.route_size() > 1 && total == 0) {
    report.Error(path, "all weights are 0; give at least one destination a weight");
  } else if (total > std::numeric_limits<std::uint32_t>::max()) {
    report.Error(path, "the weights add up to more than 4294967295; use smaller ones");
  }
}

// One place may name the upstream Host: rewrite.authority or a request header.
void CheckSingleAuthority(const istio::HttpRoute& route, const config::Path& path, Report& report) {
  if (route.rewrite().authority().empty()) return;
  if (SetsHost(route.headers().request())) {
    report.Error(path.Key("authority"), "the host is also set in headers.request; remove one");
  }
}

bool OnlyPrefixUris(const istio::HttpRoute& route) {
  for (const auto& match : route.match()) {
    if (match.has_uri() && !match.uri().has_prefix()) return false;
  }
  return true;
}

void CheckMatches(const istio::HttpRoute& route, bool mesh, const config::Path& path,
                  Report& report) {
  const config::Path list = path.Key("match");
  for (int i = 0; i < route.match_size(); ++i) {
    CheckHttpMatch(route.match(i), mesh, list.Index(static_cast<std::size_t>(i)), report);
  }
}

}  // namespace

void CheckHttpRoute(const istio::HttpRoute& route, bool mesh, const config::Path& path,
                    Report& report) {
  CheckAction(route, path, report);
  CheckMatches(route, mesh, path, report);
  CheckDestinations(route, path.Key("route"), report);
  if (route.has_redirect()) {
    const config::Path redirect = path.Key("redirect");
    CheckRedirect(route.redirect(), redirect, report);
    if (!route.redirect().prefix_rewrite().empty() && !OnlyPrefixUris(route)) {
      report.Error(redirect.Key("prefixRewrite"), "needs matches with uri.prefix only");
    }
  }
  if (route.has_direct_response()) {
    CheckDirectResponse(route.direct_response(), path.Key("directResponse"), report);
  }
  if (route.has_rewrite()) {
    const config::Path rewrite = path.Key("rewrite");
    CheckRewrite(route.rewrite(), rewrite, report);
    CheckSingleAuthority(route, rewrite, report);
  }
  if (route.has_timeout()) CheckDuration(route.timeout(), path.Key("timeout"), report);
  if (route.has_retries()) CheckRetries(route.retries(), path.Key("retries"), report);
  if (route.has_fault()) CheckFault(route.fault(), path.Key("fault"), report);
  if (route.has_headers()) CheckHeaders(route.headers(), path.Key("headers"), report);
  if (route.has_mirror() && !route.mirrors().empty()) {
    report.Error(path.Key("mirrors"), "excludes mirror; keep one");
  }
}

}  // namespace outrigger::control
