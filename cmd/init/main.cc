// outrigger-init: sets the interception rules of a pod and leaves. Runs as the pod's init
// container, with the same arguments as Istio's (reference: the flags in interception/args.h).
//
// Exit status: 0 done, 1 any error. One line on stderr names the flag or step that failed.

#include <iostream>
#include <string>
#include <vector>

#include "interception/apply.h"
#include "interception/args.h"
#include "interception/host.h"
#include "interception/ruleset.h"

namespace {

using namespace outrigger::interception;

constexpr std::string_view kUsage =
    "usage: outrigger-init [istio-iptables] [flags]\n"
    "Redirects the TCP traffic of this network namespace to the sidecar proxy.\n"
    "Every flag but -p also has an environment form: --proxy-uid is PROXY_UID.\n\n";

int Fail(const absl::Status& status) {
  std::cerr << "outrigger-init: " << status.message() << '\n';
  return 1;
}

int Run(const Command& command) {
  if (command.help) {
    std::cout << kUsage << HelpText();
    return 0;
  }
  if (command.dry_run) {
    std::cout << ToScript(BuildRuleset(command.options));
    return 0;
  }
  if (command.skip_rule_apply) return 0;
  const absl::Status status = command.cleanup_only ? Remove() : Apply(command.options);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  // The word that pod templates start with; the second undoes, as Istio 1.16 spelled it.
  const bool clean = !args.empty() && args.front() == "istio-clean-iptables";
  if (clean || (!args.empty() && args.front() == "istio-iptables")) args.erase(args.begin());

  auto command = ParseArgs(args, ProcessEnvironment());
  if (!command.ok()) return Fail(command.status());
  command->cleanup_only = command->cleanup_only || clean;

  const auto ipv6 = WantsIpv6(command->dual_stack);
  if (!ipv6.ok()) return Fail(ipv6.status());
  command->options.ipv6 = *ipv6;
  return Run(*command);
}
