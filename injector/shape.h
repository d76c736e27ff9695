#pragma once

#include <absl/status/status.h>

#include <boost/json/fwd.hpp>

namespace outrigger::injector {

/// Checks that a pod has the types the injector relies on, so that the code behind it can walk
/// lists without asking again: lists are lists of objects, containers and volumes have names, no
/// two containers share one, labels and annotations are strings. Null counts as absent. What the
/// injector does not read is not looked at; the API server validates pods.
/// @return kInvalidArgument with the first problem: `spec.containers[1].name is missing`.
absl::Status CheckPod(const boost::json::object& pod);

}  // namespace outrigger::injector
