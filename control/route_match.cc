// HTTPMatchRequest -> RouteMatch (traffic-api 3.5).

#include "control/route_parts.h"
#include "control/sorted.h"
#include "control/text.h"

namespace outrigger::control {
namespace {

// False for `{}`, which asks for presence only.
bool FillString(const istio::StringMatch& from, v1::StringMatch* to) {
  switch (from.match_case()) {
    case istio::StringMatch::kExact:
      to->set_exact(from.exact());
      return true;
    case istio::StringMatch::kPrefix:
      to->set_prefix(from.prefix());
      return true;
    case istio::StringMatch::kRegex:
      to->set_regex(from.regex());
      return true;
    case istio::StringMatch::MATCH_NOT_SET:
      return false;
  }
  return false;
}

bool HasMatcher(const istio::StringMatch& match) {
  return match.match_case() != istio::StringMatch::MATCH_NOT_SET;
}

// `*` is no expression; in a header rule it has always meant "any value".
bool AnyValue(const istio::StringMatch& match) {
  return !HasMatcher(match) || (match.has_regex() && match.regex() == "*");
}

void FillHeader(std::string_view name, const istio::StringMatch& match, bool invert,
                v1::HeaderMatch* out) {
  out->set_name(ToLower(name));
  out->set_invert(invert);
  if (!AnyValue(match)) FillString(match, out->mutable_value());
}

}  // namespace

void FillMatch(const istio::HttpMatchRequest& match, v1::RouteMatch* out) {
  if (HasMatcher(match.uri())) {
    FillString(match.uri(), out->mutable_path());
    out->set_ignore_path_case(match.ignore_uri_case() && !match.uri().has_regex());
  }
  if (HasMatcher(match.method())) FillString(match.method(), out->mutable_method());
  if (HasMatcher(match.authority())) FillString(match.authority(), out->mutable_authority());
  if (HasMatcher(match.scheme())) FillString(match.scheme(), out->mutable_scheme());
  for (const auto& [name, value] : Sorted(match.headers())) {
    FillHeader(name, *value, false, out->add_headers());
  }
  for (const auto& [name, value] : Sorted(match.without_headers())) {
    FillHeader(name, *value, true, out->add_headers());
  }
  for (const auto& [name, value] : Sorted(match.query_params())) {
    v1::QueryMatch* query = out->add_query();
    query->set_name(std::string(name));
    if (!AnyValue(*value)) FillString(*value, query->mutable_value());
  }
}

}  // namespace outrigger::control
