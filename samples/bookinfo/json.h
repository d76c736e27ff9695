#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bookinfo {

/// `text` as a JSON string, quotes included.
std::string JsonString(std::string_view text);

/// One JSON value (RFC 8259), members in the order they came. Numbers keep their text, so that
/// nothing is lost between reading and writing. Nested deeper than 64 is refused.
class Json {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  static std::optional<Json> Parse(std::string_view text);

  [[nodiscard]] Kind kind() const { return kind_; }
  /// Strings: the decoded text. Numbers and true/false: as written. Else empty.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// The elements of an array; empty for other kinds.
  [[nodiscard]] const std::vector<Json>& elements() const { return elements_; }

  /// A member of an object (the last of that name), or null.
  [[nodiscard]] const Json* Find(std::string_view key) const;
  /// The text of a member (see text()), or `fallback`.
  [[nodiscard]] std::string TextOf(std::string_view key, std::string_view fallback = "") const;
  /// A number without fraction or exponent.
  [[nodiscard]] std::optional<std::int64_t> AsInteger() const;

  /// Without blanks.
  [[nodiscard]] std::string Write() const;

 private:
  friend class JsonReader;

  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<Json> elements_;     // arrays: elements; objects: values ...
  std::vector<std::string> keys_;  // ... and their keys, in step
};

}  // namespace bookinfo
