#pragma once

#include <boost/json/fwd.hpp>

namespace outrigger::injector {

/// The RFC 6902 operations (add, remove, replace) that turn `from` into `to`; an empty array when
/// they are equal. Lists whose items have unique names (containers, env, volumes) are compared item
/// by name as long as their common items keep their order; other lists by position. Order of object
/// keys does not count.
boost::json::array DiffJson(const boost::json::value& from, const boost::json::value& to);

}  // namespace outrigger::injector
