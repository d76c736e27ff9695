#pragma once

#include <vector>

#include "control/destination_rule.h"
#include "control/mesh_options.h"
#include "control/pod.h"
#include "control/registry.h"
#include "control/store.h"
#include "control/virtual_service.h"

namespace outrigger::control {

/// The input of one compilation, with every name resolved and every index built; what outbound.h,
/// inbound.h, gateway.h and references.h read. Immutable; refers to its arguments.
struct MeshView {
  MeshView(const Store& all, const std::vector<Pod>& pods, const MeshOptions& mesh_options)
      : store(all),
        options(mesh_options),
        registry(all, pods, mesh_options),
        virtual_services(all, mesh_options),
        destination_rules(all, mesh_options) {}

  const Store& store;
  const MeshOptions& options;
  Registry registry;
  VirtualServices virtual_services;
  DestinationRules destination_rules;
};

}  // namespace outrigger::control
