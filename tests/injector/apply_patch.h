#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

// The other half of JSONPatch, which the API server does: tests compare patched pods.

namespace outrigger::injector {

/// The tokens of a JSON pointer, unescaped.
std::vector<std::string> PointerTokens(std::string_view pointer);

/// Applies RFC 6902 add, remove and replace; throws when a path leads nowhere.
boost::json::value ApplyPatch(boost::json::value document, const boost::json::array& patch);

}  // namespace outrigger::injector
