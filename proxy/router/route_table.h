#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"
#include "proxy/http/head.h"
#include "proxy/router/header_mutation.h"
#include "proxy/router/retry.h"
#include "proxy/router/string_matcher.h"
#include "proxy/stream/filter_registry.h"

namespace outrigger::v1 {
class Route;
class RouteMatch;
class RouteTable;
}  // namespace outrigger::v1

namespace outrigger::router {

struct WeightedCluster {
  std::string name;
  std::uint32_t weight;
  HeaderMutation request_headers;
  HeaderMutation response_headers;
};

struct Redirect {
  std::string path;
  std::string prefix;
  bool has_prefix = false;
  std::string authority;
  std::string scheme;
  std::uint32_t port = 0;
  int status = 301;
};

struct DirectResponse {
  int status = 200;
  std::string body;
};

/// What an upstream sees instead of the request's own path and authority.
class Rewrite {
 public:
  Rewrite();
  ~Rewrite();
  Rewrite(Rewrite&&) noexcept;
  Rewrite& operator=(Rewrite&&) noexcept;
  std::string path;
  std::string authority;
  std::unique_ptr<re2::RE2> pattern;
  std::string substitution;
  [[nodiscard]] bool changes_path() const { return !path.empty() || pattern != nullptr; }
};

/// The compiled form of RouteMatch.
class RequestMatcher {
 public:
  RequestMatcher() = default;
  explicit RequestMatcher(const v1::RouteMatch& match);
  [[nodiscard]] bool Matches(const http::RequestHead& head) const;
  [[nodiscard]] const StringMatcher& path() const { return path_; }

 private:
  struct Field {
    std::string name;
    StringMatcher value;
    bool present_only;
    bool invert;
  };
  StringMatcher path_, method_, authority_, scheme_;
  std::vector<Field> headers_, query_;
};

/// One route as the router uses it; immutable.
struct Route {
  std::string name;
  RequestMatcher match;
  std::vector<WeightedCluster> clusters;
  std::uint32_t total_weight = 0;
  std::optional<Redirect> redirect;
  std::optional<DirectResponse> direct_response;
  Rewrite rewrite;
  Duration timeout{0};  ///< 0: none
  std::optional<RetryPolicy> retry;
  HeaderMutation request_headers;
  HeaderMutation response_headers;
  std::vector<stream::FilterFactory> filters;

  /// The share of `shot` (any number): weights decide.
  [[nodiscard]] const WeightedCluster& PickCluster(std::uint32_t shot) const;
};

struct VirtualHost {
  std::string name;
  std::vector<Route> routes;
};

/// Which cluster a request goes to. Immutable, shared by all workers.
class RouteTable {
 public:
  /// `config` is validated.
  RouteTable(const v1::RouteTable& config, const stream::FilterRegistry& filters);

  /// The virtual host for an authority: exact, then longest "*.suffix", then "*"; letter case and
  /// port do not matter. Null when none matches.
  [[nodiscard]] const VirtualHost* FindHost(std::string_view authority) const;
  /// First matching route of the request's virtual host, or null.
  [[nodiscard]] const Route* Match(const http::RequestHead& head) const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void AddDomain(std::string_view domain, const VirtualHost* host);

  std::string name_;
  std::vector<std::unique_ptr<VirtualHost>> hosts_;
  absl::flat_hash_map<std::string, const VirtualHost*> exact_;
  std::vector<std::pair<std::string, const VirtualHost*>> suffixes_;  // ".foo.com", longest first
  const VirtualHost* any_ = nullptr;
};

/// The value of `name` in a query string, undecoded, first occurrence (VirtualService queryParams).
std::optional<std::string_view> FindQueryParameter(std::string_view query, std::string_view name);

/// The target an upstream sees: `head.target` with the rewrite applied, in the head's arena.
std::string_view RewriteTarget(const Route& route, const http::RequestHead& head);

/// The Location of a redirect, in the head's arena.
std::string_view RedirectLocation(const Route& route, const http::RequestHead& head);

}  // namespace outrigger::router
