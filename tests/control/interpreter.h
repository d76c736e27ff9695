#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/outrigger/v1/config.pb.h"

namespace outrigger::control {

/// A request as a route sees it.
struct Request {
  std::string path = "/";  ///< with query
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string host = "reviews";
  std::string method = "GET";
};

/// The route of `table` that a data plane following the comments of config.proto would take; null:
/// none. Written apart from the real router, so that the compiler's tests need nothing of it.
const v1::Route* PickRoute(const v1::RouteTable& table, const Request& request);

/// What the caller would get, in short:
///   `v1`, `v1:30 v2:10`   clusters by subset (`all` without one), weights when several
///   `404 NR`              no route          `503 NC`   no such cluster
///   `503 UH`              no endpoint       `301 http://b.com/new?q=1`   redirect
///   `503 down`            fixed answer
std::string Answer(const v1::ProxyConfig& config, std::string_view table, const Request& request);

/// The path (with query) that goes upstream.
std::string UpstreamPath(const v1::Route& route, const Request& request);

}  // namespace outrigger::control
