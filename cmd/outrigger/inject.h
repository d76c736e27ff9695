#pragma once

#include "cmd/outrigger/command.h"

namespace outrigger::cli {

/// `outrigger inject -f FILE|- [-o FILE]`: adds sidecars to the workloads of Kubernetes manifests,
/// as `istioctl kube-inject` does, for people who do not use the webhook.
void SetUpInject(CLI::App& command, Context& context);

}  // namespace outrigger::cli
