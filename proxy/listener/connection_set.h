#pragma once

#include <cstddef>

#include "base/awaitable.h"

namespace outrigger::listener {

/// A downstream connection as the drain sees it. Linked into its worker's ConnectionSet for as long
/// as it lives.
class ConnectionNode {
 public:
  ConnectionNode() = default;
  ConnectionNode(const ConnectionNode&) = delete;
  ConnectionNode& operator=(const ConnectionNode&) = delete;

 protected:
  ~ConnectionNode() = default;
  /// A drain began: an idle connection ends now, a busy one after its exchange.
  virtual void OnDrain() = 0;

 private:
  friend class ConnectionSet;
  ConnectionNode* next_ = nullptr;
  ConnectionNode* previous_ = nullptr;
};

/// All downstream connections of one worker.
class ConnectionSet {
 public:
  void Add(ConnectionNode& node) {
    node.next_ = head_;
    if (head_ != nullptr) head_->previous_ = &node;
    head_ = &node;
    ++size_;
  }
  void Remove(ConnectionNode& node) {
    if (node.previous_ != nullptr) {
      node.previous_->next_ = node.next_;
    } else {
      head_ = node.next_;
    }
    if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
    --size_;
  }
  /// From now on every response says `Connection: close`; idle connections end.
  void Drain() {
    draining_ = true;
    for (ConnectionNode* node = head_; node != nullptr; node = node->next_) node->OnDrain();
  }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  ConnectionNode* head_ = nullptr;
  std::size_t size_ = 0;
  bool draining_ = false;
};

}  // namespace outrigger::listener
