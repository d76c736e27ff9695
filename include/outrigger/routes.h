#pragma once

#include <functional>
#include <string>
#include <vector>

#include "outrigger/message.h"

namespace outrigger {

/// Answers one request. Handlers of one server run on several threads at once and may block.
using Handler = std::function<Response(const Request&)>;

/// Which handler answers which request: a list, tried from the top. It needs no socket, so a
/// service can be tested by calling Answer().
///
///   Routes routes;
///   routes.Add("GET", "/health", [](const Request&) { return Response::Text(200, "ok"); });
///   routes.Answer({.target = "/health"}).status;  // 200
class Routes {
 public:
  /// Adds a route. `path` ending in '*' matches by prefix ("/static/*"), otherwise exactly; the
  /// query is not looked at. `method` "*" matches every method, "GET" also HEAD (the engine leaves
  /// the body out).
  void Add(std::string method, std::string path, Handler handler);

  /// The answer of the first route that matches. A path that matches with other methods only: 405
  /// with Allow; no path matches: 404. What a handler throws passes through.
  [[nodiscard]] Response Answer(const Request& request) const;

 private:
  struct Route {
    std::string method;
    std::string path;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace outrigger
