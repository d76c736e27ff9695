#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "proxy/router/edge_resolver.h"
#include "proxy/router/route_table.h"
#include "proxy/upstream/pool.h"

namespace outrigger::router {

/// What routing needs of the worker it runs on: the configuration in force for a new stream, and
/// the worker's pools.
class Environment {
 public:
  virtual ~Environment() = default;
  /// Null when the table does not exist (any more).
  [[nodiscard]] virtual std::shared_ptr<const RouteTable> FindRoutes(std::string_view name) = 0;
  /// Null when no cluster has that name.
  [[nodiscard]] virtual std::shared_ptr<upstream::UpstreamPool> FindPool(
      std::string_view cluster) = 0;
  [[nodiscard]] virtual EdgeResolver& edges() = 0;
  [[nodiscard]] virtual ReadBuffer& read_buffer() = 0;
  /// Uniform; for weights, back-off and fault dice.
  [[nodiscard]] virtual std::uint32_t Random() = 0;
  /// Retries started and answers made here, by cluster and reason.
  virtual void CountRetry(std::string_view cluster) = 0;
  virtual void CountLocalReply(std::string_view reason) = 0;
};

}  // namespace outrigger::router
