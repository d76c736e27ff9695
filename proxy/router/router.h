#pragma once

#include <string>

#include "proxy/router/environment.h"
#include "proxy/stream/server_stream.h"

namespace outrigger::router {

/// Routes and forwards the HTTP streams of one listener or captured port: the StreamHandler behind
/// every data-path connection.
class Router final : public stream::StreamHandler {
 public:
  Router(Environment& environment, std::string route_table, Direction direction)
      : environment_(environment), route_table_(std::move(route_table)), direction_(direction) {}

  Awaitable<void> Serve(stream::ServerStream& stream) override;

  [[nodiscard]] Environment& environment() const { return environment_; }
  [[nodiscard]] const std::string& route_table() const { return route_table_; }
  [[nodiscard]] Direction direction() const { return direction_; }

 private:
  Environment& environment_;
  const std::string route_table_;
  const Direction direction_;
};

}  // namespace outrigger::router
