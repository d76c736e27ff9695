#pragma once

#include <boost/json/fwd.hpp>

namespace outrigger::injector {

/// Lays one part of a pod over another, as Kubernetes' strategic merge does. Objects merge key by
/// key; lists with a merge key (containers, env and volumes by name, ports by containerPort,
/// volumeMounts by mountPath) merge element by element, new elements last; every other list is
/// replaced. A null in `overlay` says nothing.
///
/// Where only one of several keys may be set, setting one removes the others: the handlers of a
/// probe or lifecycle hook, `value`/`valueFrom` of a variable, the source of a volume.
///
/// Merging the same overlay twice changes nothing the second time.
void Merge(boost::json::object& base, const boost::json::object& overlay);

}  // namespace outrigger::injector
