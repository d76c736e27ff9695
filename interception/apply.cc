#include "interception/apply.h"

#include "interception/host.h"
#include "interception/ruleset.h"
#include "interception/script.h"

namespace outrigger::interception {

absl::Status Apply(const Options& options) {
  if (options.ipv6) {
    if (auto status = AddMagicIpv6Address(); !status.ok()) return status;
  }
  if (auto status = RunScript(ToScript(BuildRuleset(options))); !status.ok()) return status;
  // Rules for IPv6 may be left from a run that wanted them. A kernel without IPv6 refuses even to
  // look, and has nothing to take away: not an error.
  if (!options.ipv6) RunScript(RemovalScript(Family::kIpv6)).IgnoreError();
  return absl::OkStatus();
}

absl::Status Remove() {
  auto status = RunScript(RemovalScript(Family::kIpv4));
  const auto ipv6 = RunScript(RemovalScript(Family::kIpv6));
  if (ipv6.code() == absl::StatusCode::kPermissionDenied) status.Update(ipv6);
  return status;
}

}  // namespace outrigger::interception
