#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}
namespace outrigger::v1 {
class StringMatch;
}

namespace outrigger::router {

/// One StringMatch of the schema, compiled. Immutable and thread-safe.
class StringMatcher {
 public:
  enum class Kind { kAny, kExact, kPrefix, kRegex };

  StringMatcher();  ///< matches everything
  /// `match` is validated: its regex compiles.
  explicit StringMatcher(const v1::StringMatch& match, bool ignore_case = false);
  ~StringMatcher();
  StringMatcher(StringMatcher&&) noexcept;
  StringMatcher& operator=(StringMatcher&&) noexcept;

  [[nodiscard]] bool Matches(std::string_view value) const;
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  Kind kind_ = Kind::kAny;
  bool ignore_case_ = false;
  std::string text_;
  std::unique_ptr<re2::RE2> regex_;
};

}  // namespace outrigger::router
