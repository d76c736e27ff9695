#include "proxy/worker/listener_runtime.h"

namespace outrigger::worker {

ChainRuntime::ChainRuntime(router::Environment& environment, const snapshot::Chain& chain,
                           router::Direction direction, const http::H1Limits& limits)
    : config(chain), router(environment, chain.http.route_table, direction) {
  http_options.limits = limits;
  http_options.head_timeout = chain.http.head_timeout;
  http_options.idle_timeout = chain.http.idle_timeout;
}

ListenerRuntime::ListenerRuntime(router::Environment& environment,
                                 std::shared_ptr<const snapshot::ListenerConfig> config,
                                 const http::H1Limits& limits)
    : config_(std::move(config)) {
  for (const snapshot::Chain& chain : config_->chains) {
    chains_.push_back(
        std::make_unique<ChainRuntime>(environment, chain, config_->direction, limits));
    if (!config_->capture) continue;
    if (chain.address.empty()) {
      by_port_.try_emplace(chain.port, chains_.back().get());
    } else if (const auto address = SocketAddress::FromIp(chain.address, chain.port)) {
      by_address_.try_emplace(address->text(), chains_.back().get());
    }
  }
}

ChainRuntime* ListenerRuntime::FindChain(const SocketAddress& original_destination) const {
  if (!config_->capture) return chains_.front().get();
  if (!by_address_.empty()) {
    if (const auto it = by_address_.find(original_destination.text()); it != by_address_.end())
      return it->second;
  }
  const auto it = by_port_.find(original_destination.port());
  return it == by_port_.end() ? nullptr : it->second;
}

}  // namespace outrigger::worker
