#include "outrigger/routes.h"

#include <string_view>
#include <utility>

namespace outrigger {
namespace {

bool PathMatches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with('*')) return pattern == path;
  pattern.remove_suffix(1);
  return path.starts_with(pattern);
}

bool MethodMatches(std::string_view wanted, std::string_view method) {
  return wanted == "*" || wanted == method || (wanted == "GET" && method == "HEAD");
}

}  // namespace

void Routes::Add(std::string method, std::string path, Handler handler) {
  routes_.push_back({std::move(method), std::move(path), std::move(handler)});
}

Response Routes::Answer(const Request& request) const {
  std::string allow;
  for (const Route& route : routes_) {
    if (!PathMatches(route.path, request.path())) continue;
    if (MethodMatches(route.method, request.method)) return route.handler(request);
    if (!allow.empty()) allow += ", ";
    allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allow.empty()) return Response::Text(404, "404 Not Found\n");
  Response response = Response::Text(405, "405 Method Not Allowed\n");
  response.headers.Set("Allow", allow);
  return response;
}

}  // namespace outrigger
