#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "interception/options.h"

namespace outrigger::interception {

/// One run of the init container, as its arguments and environment ask for it.
struct Command {
  Options options;
  bool dual_stack = false;       ///< (--dual-stack) IPv6 rules as soon as any address is IPv6
  bool dry_run = false;          ///< (-n) print the rules, change nothing
  bool skip_rule_apply = false;  ///< (--skip-rule-apply) change nothing, say nothing
  bool cleanup_only = false;     ///< (--cleanup-only) take the rules away
  bool help = false;
};

/// Looks up one environment variable; tests pass a map.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The environment of this process.
Environment ProcessEnvironment();

/// Reads the arguments of `istio-iptables` (without program name and first word): the flags the
/// injector writes, and the others that people's own init containers use.
///
/// Every flag but -p also has an environment form: its long name in capitals with `_` for `-`. A
/// flag beats the environment, the environment beats the default; an empty variable is not set.
/// Flags that steer only the iptables binary are accepted and change nothing.
///
/// @return InvalidArgument for what cannot be read, Unimplemented for modes that are not there yet
///   (TPROXY, DNS capture, validation, foreign namespaces): capturing less than was asked for would
///   be a hole, so the run must fail. Messages name the flag or variable.
absl::StatusOr<Command> ParseArgs(absl::Span<const std::string> args, const Environment& env);

/// The flags, one line each.
std::string HelpText();

}  // namespace outrigger::interception
