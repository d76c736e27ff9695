#include "proxy/router/string_matcher.h"

#include <re2/re2.h>

#include "api/outrigger/v1/config.pb.h"
#include "proxy/http/head.h"

namespace outrigger::router {

StringMatcher::StringMatcher() = default;
StringMatcher::~StringMatcher() = default;
StringMatcher::StringMatcher(StringMatcher&&) noexcept = default;
StringMatcher& StringMatcher::operator=(StringMatcher&&) noexcept = default;

StringMatcher::StringMatcher(const v1::StringMatch& match, bool ignore_case)
    : ignore_case_(ignore_case) {
  switch (match.match_case()) {
    case v1::StringMatch::kExact:
      kind_ = Kind::kExact;
      text_ = match.exact();
      break;
    case v1::StringMatch::kPrefix:
      kind_ = Kind::kPrefix;
      text_ = match.prefix();
      break;
    case v1::StringMatch::kRegex:
      kind_ = Kind::kRegex;
      text_ = match.regex();
      regex_ = std::make_unique<re2::RE2>(text_, re2::RE2::Quiet);
      break;
    case v1::StringMatch::MATCH_NOT_SET:
      break;
  }
}

bool StringMatcher::Matches(std::string_view value) const {
  switch (kind_) {
    case Kind::kAny:
      return true;
    case Kind::kExact:
      return ignore_case_ ? http::EqualsIgnoreCase(value, text_) : value == text_;
    case Kind::kPrefix: {
      const std::string_view head = value.substr(0, text_.size());
      return ignore_case_ ? http::EqualsIgnoreCase(head, text_) : head == text_;
    }
    case Kind::kRegex:
      return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_);
  }
  return false;
}

}  // namespace outrigger::router
