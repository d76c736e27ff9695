#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/absl_view.h"
#include "base/address.h"
#include "metrics/edge.h"

namespace outrigger::router {

/// Who lives at an address: the workloads the control plane told us of. Immutable once built,
/// shared by all workers.
class AddressIndex {
 public:
  void Add(const SocketAddress& address, metrics::WorkloadLabels labels) {
    char key[16];
    const auto [it, is_new] =
        by_address_.try_emplace(std::string(address.key_bytes(key)), labels_.size());
    if (is_new) {
      labels_.push_back(std::move(labels));
    } else {
      labels_[it->second] = std::move(labels);
    }
  }

  /// Null when nobody is known there; the port does not matter.
  [[nodiscard]] const metrics::WorkloadLabels* Find(const SocketAddress& address) const {
    char key[16];
    const auto it = by_address_.find(AbslView(address.key_bytes(key)));
    return it == by_address_.end() ? nullptr : &labels_[it->second];
  }
  [[nodiscard]] std::size_t size() const { return labels_.size(); }

 private:
  absl::flat_hash_map<std::string, std::size_t> by_address_;
  std::vector<metrics::WorkloadLabels> labels_;
};

}  // namespace outrigger::router
