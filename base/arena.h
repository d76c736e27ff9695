#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace outrigger {

/// Text that lives as long as one exchange: appended, never freed piecewise, cleared as a whole.
/// The first block stays, so a connection that serves many requests of one size stops allocating.
class Arena {
 public:
  /// Uninitialised room for `size` characters.
  char* Allocate(std::size_t size) {
    if (size > left_) Grow(size);
    char* place = next_;
    next_ += size;
    left_ -= size;
    return place;
  }
  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* place = Allocate(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  void Clear() {
    if (blocks_.size() > 1) blocks_.resize(1);
    next_ = blocks_.empty() ? nullptr : blocks_.front().bytes.get();
    left_ = blocks_.empty() ? 0 : blocks_.front().size;
  }
  /// Gives all memory back; for idle connections.
  void Release() {
    blocks_.clear();
    next_ = nullptr;
    left_ = 0;
  }

 private:
  static constexpr std::size_t kBlock = 2048;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  void Grow(std::size_t size) {
    const std::size_t block = size > kBlock ? size : kBlock;
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block), block});
    next_ = blocks_.back().bytes.get();
    left_ = block;
  }

  std::vector<Block> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace outrigger
