#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace outrigger {

/// Bytes that wait to go out: appended behind, consumed in front. One contiguous block; gives its
/// memory back when it runs empty after having grown beyond `kKeptBytes`.
class Buffer {
 public:
  static constexpr std::size_t kKeptBytes = 16 * 1024;

  void Append(std::string_view bytes) { bytes_.append(bytes); }
  /// The block itself, for writers that append piecewise.
  [[nodiscard]] std::string& tail() { return bytes_; }
  [[nodiscard]] std::string_view view() const { return std::string_view(bytes_).substr(consumed_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - consumed_; }
  [[nodiscard]] bool empty() const { return consumed_ == bytes_.size(); }

  void Consume(std::size_t count) {
    consumed_ += count;
    if (consumed_ == bytes_.size()) Clear();
  }
  void Clear() {
    consumed_ = 0;
    if (bytes_.capacity() > kKeptBytes) {
      std::string().swap(bytes_);
    } else {
      bytes_.clear();
    }
  }
  /// Gives all memory back; for idle connections.
  void Release() {
    consumed_ = 0;
    std::string().swap(bytes_);
  }

 private:
  std::string bytes_;
  std::size_t consumed_ = 0;
};

}  // namespace outrigger
