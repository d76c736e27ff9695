#include "tests/control/interpreter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "control/text.h"
#include "tests/control/mesh_fixture.h"

namespace outrigger::control {
namespace {

std::string PathOnly(const Request& request) {
  return request.path.substr(0, request.path.find('?'));
}

std::string QueryOf(const Request& request) {
  const auto mark = request.path.find('?');
  return mark == std::string::npos ? "" : request.path.substr(mark);
}

bool Matches(const v1::StringMatch& match, std::string value, bool ignore_case = false) {
  const auto fold = [&](const std::string& text) { return ignore_case ? ToLower(text) : text; };
  value = fold(value);
  switch (match.match_case()) {
    case v1::StringMatch::kExact:
      return value == fold(match.exact());
    case v1::StringMatch::kPrefix:
      return value.starts_with(fold(match.prefix()));
    case v1::StringMatch::kRegex:
      return re2::RE2::FullMatch(value, match.regex());
    case v1::StringMatch::MATCH_NOT_SET:
      return true;
  }
  return false;
}

std::optional<std::string> HeaderOf(const Request& request, std::string_view name) {
  std::optional<std::string> value;
  for (const auto& [key, text] : request.headers) {
    if (EqualsIgnoreCase(key, name)) value = value ? *value + "," + text : text;
  }
  return value;
}

bool HeaderMatches(const v1::HeaderMatch& match, const Request& request) {
  const auto value = HeaderOf(request, match.name());
  if (!match.has_value()) return value.has_value() != match.invert();
  if (match.invert()) return !Matches(match.value(), value.value_or(""));
  return value && Matches(match.value(), *value);
}

std::optional<std::string> QueryParam(const Request& request, std::string_view name) {
  std::string query = QueryOf(request);
  if (!query.empty()) query.erase(0, 1);
  for (const std::string_view part : Split(query, '&')) {
    if (part.substr(0, part.find('=')) != name) continue;
    const auto equals = part.find('=');
    return equals == std::string_view::npos ? "" : std::string(part.substr(equals + 1));
  }
  return std::nullopt;
}

bool RouteMatches(const v1::RouteMatch& match, const Request& request) {
  if (match.has_path() && !Matches(match.path(), PathOnly(request), match.ignore_path_case())) {
    return false;
  }
  if (match.has_method() && !Matches(match.method(), request.method)) return false;
  if (match.has_authority() && !Matches(match.authority(), request.host)) return false;
  if (match.has_scheme() && !Matches(match.scheme(), "http")) return false;
  for (const auto& header : match.headers()) {
    if (!HeaderMatches(header, request)) return false;
  }
  return std::ranges::all_of(match.query(), [&](const v1::QueryMatch& query) {
    const auto value = QueryParam(request, query.name());
    return value && (!query.has_value() || Matches(query.value(), *value));
  });
}

// 0: no; exact beats suffix beats `*`, longer beats shorter.
std::size_t DomainRank(const std::string& domain, const std::string& host) {
  if (domain == "*") return 1;
  if (domain == host) return 1000;
  const bool suffix = domain.starts_with("*") && host.size() > domain.size() - 1 &&
                      host.ends_with(domain.substr(1));
  return suffix ? 1 + domain.size() : 0;
}

const v1::VirtualHost* PickHost(const v1::RouteTable& table, const Request& request) {
  const std::string host = ToLower(request.host.substr(0, request.host.find(':')));
  const v1::VirtualHost* picked = nullptr;
  std::size_t best = 0;
  for (const auto& candidate : table.virtual_hosts()) {
    for (const std::string& domain : candidate.domains()) {
      if (DomainRank(domain, host) > best) {
        best = DomainRank(domain, host);
        picked = &candidate;
      }
    }
  }
  return picked;
}

std::string LocationOf(const v1::Route& route, const Request& request) {
  const v1::Redirect& redirect = route.redirect();
  const std::string scheme = redirect.scheme().empty() ? "http" : redirect.scheme();
  std::string authority = redirect.authority().empty() ? request.host : redirect.authority();
  const std::uint32_t own = scheme == "https" ? 443 : 80;
  if (redirect.port() != 0) {
    authority = authority.substr(0, authority.find(':'));
    if (redirect.port() != own) authority += fmt::format(":{}", redirect.port());
  }
  std::string path = PathOnly(request);
  if (!redirect.path().empty()) path = redirect.path();
  if (!redirect.prefix().empty()) {
    path = redirect.prefix() + path.substr(route.match().path().prefix().size());
  }
  const std::string query = path.find('?') == std::string::npos ? QueryOf(request) : "";
  return fmt::format("{} {}://{}{}{}", redirect.status(), scheme, authority, path, query);
}

std::string ClusterAnswer(const v1::ProxyConfig& config, const std::string& name) {
  const auto cluster =
      std::ranges::find_if(config.clusters(), [&](const auto& c) { return c.name() == name; });
  if (cluster == config.clusters().end()) return "503 NC";
  if (cluster->type() == v1::CLUSTER_TYPE_STATIC && cluster->endpoints().empty()) return "503 UH";
  const auto parts = Split(name, '|');
  if (parts.size() != 4) return name;
  return parts[2].empty() ? "all" : std::string(parts[2]);
}

}  // namespace

const v1::Route* PickRoute(const v1::RouteTable& table, const Request& request) {
  const v1::VirtualHost* host = PickHost(table, request);
  if (host == nullptr) return nullptr;
  for (const auto& route : host->routes()) {
    if (RouteMatches(route.match(), request)) return &route;
  }
  return nullptr;
}

std::string Answer(const v1::ProxyConfig& config, std::string_view table, const Request& request) {
  const v1::Route* route = PickRoute(TableNamed(config, table), request);
  if (route == nullptr) return "404 NR";
  if (route->has_redirect()) return LocationOf(*route, request);
  if (route->has_direct_response()) {
    return fmt::format("{} {}", route->direct_response().status(), route->direct_response().body());
  }
  std::string answer;
  for (const auto& cluster : route->clusters()) {
    if (!answer.empty()) answer += ' ';
    answer += ClusterAnswer(config, cluster.name());
    if (route->clusters_size() > 1) answer += fmt::format(":{}", cluster.weight());
  }
  return answer;
}

std::string UpstreamPath(const v1::Route& route, const Request& request) {
  std::string path = PathOnly(request);
  const v1::Rewrite& rewrite = route.rewrite();
  if (rewrite.has_regex()) {
    re2::RE2::GlobalReplace(&path, rewrite.regex().pattern(), rewrite.regex().substitution());
  } else if (!rewrite.path().empty()) {
    const v1::StringMatch& match = route.match().path();
    path =
        match.has_prefix() ? rewrite.path() + path.substr(match.prefix().size()) : rewrite.path();
  }
  return path + QueryOf(request);
}

}  // namespace outrigger::control
