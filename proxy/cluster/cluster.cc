#include "proxy/cluster/cluster.h"

#include <algorithm>

namespace outrigger::cluster {

namespace {

std::string KeyOf(const SocketAddress& address) {
  char bytes[16];
  std::string key(address.key_bytes(bytes));
  key.push_back(static_cast<char>(address.port() >> 8));
  key.push_back(static_cast<char>(address.port() & 0xff));
  return key;
}

constexpr int kRePicks = 5;  // VirtualService retryIgnorePreviousHosts

bool Contains(std::span<const EndpointPtr> tried, const EndpointPtr& endpoint) {
  return std::find(tried.begin(), tried.end(), endpoint) != tried.end();
}

}  // namespace

Cluster::Cluster(std::shared_ptr<const ClusterConfig> config, std::uint64_t seed)
    : random_(static_cast<std::minstd_rand::result_type>(seed)) {
  Update(std::move(config));
}

void Cluster::Update(std::shared_ptr<const ClusterConfig> config) {
  absl::flat_hash_map<std::string, EndpointPtr> known;
  for (const EndpointPtr& endpoint : endpoints_)
    known.emplace(KeyOf(endpoint->config.address), endpoint);
  endpoints_.clear();
  cumulative_weights_.clear();
  config_ = std::move(config);
  std::uint32_t total = 0;
  bool equal = true;
  for (const EndpointConfig& wanted : config_->endpoints) {
    const auto it = known.find(KeyOf(wanted.address));
    endpoints_.push_back(it != known.end() ? it->second : std::make_shared<Endpoint>(wanted));
    endpoints_.back()->config = wanted;
    total += std::max(1u, wanted.weight);
    cumulative_weights_.push_back(total);
    equal = equal && wanted.weight == config_->endpoints.front().weight;
  }
  if (equal) cumulative_weights_.clear();
  if (!config_->original_destination) by_address_.clear();
}

const EndpointPtr& Cluster::Draw() {
  if (cumulative_weights_.empty()) return endpoints_[random_() % endpoints_.size()];
  const auto shot = static_cast<std::uint32_t>(random_() % cumulative_weights_.back());
  const auto it = std::upper_bound(cumulative_weights_.begin(), cumulative_weights_.end(), shot);
  return endpoints_[static_cast<std::size_t>(it - cumulative_weights_.begin())];
}

EndpointPtr Cluster::Pick(std::span<const EndpointPtr> tried) {
  if (endpoints_.empty()) return nullptr;
  EndpointPtr choice;
  for (int i = 0; i <= kRePicks; ++i) {
    switch (config_->load_balancer) {
      case LoadBalancer::kRoundRobin:
        choice = endpoints_[next_++ % endpoints_.size()];
        break;
      case LoadBalancer::kRandom:
        choice = Draw();
        break;
      case LoadBalancer::kLeastRequest: {
        if (endpoints_.size() == 1) return endpoints_.front();
        const EndpointPtr& a = Draw();
        const EndpointPtr& b = Draw();
        // active / weight, compared without division. Equal loads leave the choice to the first
        // draw, which knows the weights already.
        const auto load = [](const EndpointPtr& x, const EndpointPtr& y) {
          return std::uint64_t{x->active} * y->config.weight;
        };
        choice = load(a, b) <= load(b, a) ? a : b;
        break;
      }
    }
    if (!Contains(tried, choice)) return choice;
  }
  for (const EndpointPtr& endpoint : endpoints_) {
    if (!Contains(tried, endpoint)) return endpoint;
  }
  return choice;
}

EndpointPtr Cluster::ForAddress(const SocketAddress& address) {
  EndpointPtr& endpoint = by_address_[KeyOf(address)];
  if (endpoint == nullptr) endpoint = std::make_shared<Endpoint>(EndpointConfig{address, 1});
  return endpoint;
}

}  // namespace outrigger::cluster
