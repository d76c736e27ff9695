#include "interception/args.h"

#include <fmt/format.h>
#include <pwd.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "interception/values.h"

namespace outrigger::interception {
namespace {

constexpr std::size_t kMaxOwnerGroups = 64;  // Istio's limit, kept so that the same input fails

bool Consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

absl::Status NotYet(std::string_view what) {
  return absl::UnimplementedError(fmt::format("{} is not supported yet", what));
}

absl::Status NotYetIfTrue(std::string_view text, std::string_view what) {
  bool value = false;
  if (auto status = ReadBool(text, value); !status.ok()) return status;
  return value ? NotYet(what) : absl::OkStatus();
}

// ---- flags ----

using Text = std::string_view;

enum class Kind : std::uint8_t { kValue, kBool };

struct Flag {
  char letter;  // 0: long form only
  std::string_view name;
  Kind kind;
  std::string_view env;  // "": derived from the name; "-": none; else a second variable that counts
  std::string_view help;
  absl::Status (*apply)(Text value, Command& command);
};

absl::Status Ignore(Text /*value*/, Command& /*command*/) { return absl::OkStatus(); }

absl::Status ApplyMode(Text value, Command& /*command*/) {
  if (value.empty() || value == "REDIRECT") return absl::OkStatus();
  if (value == "TPROXY") return NotYet("interception mode TPROXY");
  return absl::InvalidArgumentError(fmt::format("\"{}\" is not a mode; use REDIRECT", value));
}

absl::Status ApplyExcludedRanges(Text value, Command& command) {
  if (value.find('*') != Text::npos) {
    return absl::InvalidArgumentError(
        "\"*\" cannot be excluded; leave -i empty to capture nothing outbound");
  }
  return ReadList(value, ReadRange, command.options.outbound_cidrs_exclude);
}

absl::Status ApplyMark(Text value, Command& command) {
  std::uint32_t mark = 0;
  auto status = ReadMark(value, mark);
  if (status.ok()) command.options.proxy_mark = mark;
  return status;
}

const std::vector<Flag>& Flags() {
  static const auto* const flags = new std::vector<Flag>{
      {'p', "envoy-port", Kind::kValue, "-", "port of the outbound listener (15001)",
       [](Text v, Command& c) { return ReadPort(v, c.options.outbound_port); }},
      {'z', "inbound-capture-port", Kind::kValue, "", "port of the inbound listener (15006)",
       [](Text v, Command& c) { return ReadPort(v, c.options.inbound_port); }},
      {'e', "inbound-tunnel-port", Kind::kValue, "", "tunnel port, never redirected (15008)",
       [](Text v, Command& c) { return ReadPort(v, c.options.tunnel_port); }},
      {'u', "proxy-uid", Kind::kValue, "", "users whose sockets are the proxy's (1337)",
       [](Text v, Command& c) { return ReadList(v, ReadId, c.options.proxy_uids); }},
      {'g', "proxy-gid", Kind::kValue, "", "groups whose sockets are the proxy's (as -u)",
       [](Text v, Command& c) { return ReadList(v, ReadId, c.options.proxy_gids); }},
      {0, "proxy-mark", Kind::kValue, "", "sockets with this mark are the proxy's as well (none)",
       ApplyMark},
      {'m', "istio-inbound-interception-mode", Kind::kValue, "", "REDIRECT", ApplyMode},
      {'b', "istio-inbound-ports", Kind::kValue, "", "inbound ports to capture: * or a list (none)",
       [](Text v, Command& c) { return ReadSelection(v, ReadPort, c.options.inbound_ports); }},
      {'d', "istio-local-exclude-ports", Kind::kValue, "",
       "inbound ports to leave alone while -b is *",
       [](Text v, Command& c) { return ReadList(v, ReadPort, c.options.inbound_ports_exclude); }},
      {'i', "istio-service-cidr", Kind::kValue, "",
       "outbound ranges to capture: * or a list (none)",
       [](Text v, Command& c) { return ReadSelection(v, ReadRange, c.options.outbound_cidrs); }},
      {'x', "istio-service-exclude-cidr", Kind::kValue, "", "outbound ranges to leave alone",
       ApplyExcludedRanges},
      {'q', "istio-outbound-ports", Kind::kValue, "", "outbound ports to capture at any address",
       [](Text v, Command& c) { return ReadList(v, ReadPort, c.options.outbound_ports); }},
      {'o', "istio-local-outbound-ports-exclude", Kind::kValue, "", "outbound ports to leave alone",
       [](Text v, Command& c) { return ReadList(v, ReadPort, c.options.outbound_ports_exclude); }},
      {'c', "istio-exclude-interfaces", Kind::kValue, "", "interfaces to leave alone",
       [](Text v, Command& c) { return ReadList(v, ReadInterface, c.options.exclude_interfaces); }},
      {'k', "kube-virt-interfaces", Kind::kValue, "",
       "interfaces whose inbound traffic is outbound (VMs)",
       [](Text v, Command& c) { return ReadList(v, ReadInterface, c.options.virtual_interfaces); }},
      {0, "drop-invalid", Kind::kBool, "INVALID_DROP", "drop packets in conntrack state INVALID",
       [](Text v, Command& c) { return ReadBool(v, c.options.drop_invalid); }},
      {0, "dual-stack", Kind::kBool, "ISTIO_DUAL_STACK", "IPv6 rules if any address is IPv6",
       [](Text v, Command& c) { return ReadBool(v, c.dual_stack); }},
      {'n', "dry-run", Kind::kBool, "", "print the rules and change nothing",
       [](Text v, Command& c) { return ReadBool(v, c.dry_run); }},
      {0, "cleanup-only", Kind::kBool, "", "take the rules away",
       [](Text v, Command& c) { return ReadBool(v, c.cleanup_only); }},
      {0, "skip-rule-apply", Kind::kBool, "", "check the arguments and change nothing",
       [](Text v, Command& c) { return ReadBool(v, c.skip_rule_apply); }},
      {'h', "help", Kind::kBool, "-", "this text",
       [](Text v, Command& c) { return ReadBool(v, c.help); }},

      // Not there yet: an error, since ignoring them would capture less than was asked for.
      {0, "redirect-dns", Kind::kBool, "ISTIO_META_DNS_CAPTURE", "(not supported yet)",
       [](Text v, Command&) { return NotYetIfTrue(v, "DNS capture"); }},
      {0, "capture-all-dns", Kind::kBool, "", "(not supported yet)",
       [](Text v, Command&) { return NotYetIfTrue(v, "DNS capture"); }},
      {0, "run-validation", Kind::kBool, "", "(not supported yet)",
       [](Text v, Command&) { return NotYetIfTrue(v, "validation of rules set by a CNI plugin"); }},
      {0, "cni-mode", Kind::kBool, "", "(not supported yet)",
       [](Text v, Command&) { return NotYetIfTrue(v, "running for a CNI plugin"); }},
      {0, "network-namespace", Kind::kValue, "", "(not supported yet)",
       [](Text v, Command&) {
         return v.empty() ? absl::OkStatus() : NotYet("another network namespace");
       }},

      // About TPROXY, the iptables binary or logging: nothing to steer here. Every run replaces our
      // table in one transaction, which is what --reconcile and --force-apply ask for.
      {'t', "istio-inbound-tproxy-mark", Kind::kValue, "", "", Ignore},
      {'r', "istio-inbound-tproxy-route-table", Kind::kValue, "", "", Ignore},
      {0, "iptables-probe-port", Kind::kValue, "", "", Ignore},
      {0, "probe-timeout", Kind::kValue, "", "", Ignore},
      {0, "reconcile", Kind::kBool, "", "", Ignore},
      {0, "force-apply", Kind::kBool, "", "", Ignore},
      {0, "native-nftables", Kind::kBool, "", "", Ignore},
      {0, "force-iptables-binary", Kind::kValue, "", "", Ignore},
      {'f', "restore-format", Kind::kBool, "", "", Ignore},
      {0, "iptables-trace-logging", Kind::kBool, "", "", Ignore},
      {0, "output-paths", Kind::kValue, "", "", Ignore},
      {0, "host-nsenter-exec", Kind::kBool, "", "", Ignore},
      {0, "log_output_level", Kind::kValue, "-", "", Ignore},
      {0, "log_as_json", Kind::kBool, "-", "", Ignore},
  };
  return *flags;
}

// ---- arguments and environment ----

struct Value {
  std::string text;
  std::string origin;  // what the user wrote, for messages: "-i", "--dry-run", "PROXY_UID"
};

using Values = std::map<const Flag*, Value>;

const Flag* FindFlag(std::string_view name, char letter) {
  for (const Flag& flag : Flags()) {
    if (letter != 0 ? flag.letter == letter : flag.name == name) return &flag;
  }
  return nullptr;
}

Values FromEnvironment(const Environment& env) {
  Values values;
  for (const Flag& flag : Flags()) {
    if (flag.env == "-") continue;
    std::string derived(flag.name);
    for (char& c : derived) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
    for (const std::string& name : {std::string(flag.env), derived}) {
      if (name.empty()) continue;
      if (auto text = env(name); text && !text->empty()) values[&flag] = {*text, name};
    }
  }
  return values;
}

// The command-line forms of Go's pflag: --name value, --name=value, -l value, -l=value, -lvalue;
// a bool takes its value only after `=`.
absl::Status AddArguments(absl::Span<const std::string> args, Values& values) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::string_view arg = args[i];
    const bool is_long = Consume(arg, "--");
    if (!is_long && (!Consume(arg, "-") || arg.empty())) {
      return absl::InvalidArgumentError(fmt::format("\"{}\" is not a flag; see --help", args[i]));
    }
    const auto equals = arg.find('=');
    const std::string_view name = is_long ? arg.substr(0, equals) : arg.substr(0, 1);
    const Flag* flag = FindFlag(name, is_long ? '\0' : arg[0]);
    const std::string origin = fmt::format("{}{}", is_long ? "--" : "-", name);
    if (flag == nullptr)
      return absl::InvalidArgumentError(fmt::format("unknown flag {}; see --help", origin));

    if (arg.size() > name.size()) {
      arg.remove_prefix(name.size());
      Consume(arg, "=");
      values[flag] = {std::string(arg), origin};
    } else if (flag->kind == Kind::kBool) {
      values[flag] = {"true", origin};
    } else if (i + 1 < args.size()) {
      values[flag] = {args[++i], origin};
    } else {
      return absl::InvalidArgumentError(fmt::format("{}: the value is missing", origin));
    }
  }
  return absl::OkStatus();
}

absl::Status Explain(const absl::Status& status, std::string_view origin) {
  return absl::Status(status.code(), fmt::format("{}: {}", origin, std::string(status.message())));
}

// Three settings that Istio gives only an environment form.
absl::Status ApplyEnvironmentOnly(const Environment& env, Options& options) {
  if (auto text = env("ISTIO_OUTBOUND_OWNER_GROUPS"); text && !text->empty()) {
    auto status = ReadSelection(*text, ReadGroup, options.owner_groups);
    if (status.ok() && options.owner_groups.list.size() > kMaxOwnerGroups) {
      status = absl::InvalidArgumentError(fmt::format("more than {} groups", kMaxOwnerGroups));
    }
    if (!status.ok()) return Explain(status, "ISTIO_OUTBOUND_OWNER_GROUPS");
  }
  if (auto text = env("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE"); text && !text->empty()) {
    auto status = ReadList(*text, ReadGroup, options.owner_groups_exclude);
    if (!status.ok()) return Explain(status, "ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE");
  }
  if (auto text = env("ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR"); text && !text->empty()) {
    auto status = ReadRange(*text, options.ipv4_loopback);
    if (status.ok() && options.ipv4_loopback.family != Family::kIpv4) {
      status = absl::InvalidArgumentError(fmt::format("\"{}\" is not an IPv4 range", *text));
    }
    if (!status.ok()) return Explain(status, "ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR");
  }
  return absl::OkStatus();
}

// Without -u the proxy may still be named by its user.
absl::Status ApplyProxyUser(const Environment& env, Options& options) {
  const auto name = env("ENVOY_USER");
  if (!name || name->empty()) return absl::OkStatus();
  const passwd* entry = getpwnam(name->c_str());
  if (entry == nullptr) {
    return absl::InvalidArgumentError(fmt::format("ENVOY_USER: there is no user \"{}\"", *name));
  }
  options.proxy_uids = {entry->pw_uid};
  return absl::OkStatus();
}

}  // namespace

Environment ProcessEnvironment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

absl::StatusOr<Command> ParseArgs(absl::Span<const std::string> args, const Environment& env) {
  Values values = FromEnvironment(env);
  if (auto status = AddArguments(args, values); !status.ok()) return status;

  Command command;
  if (!values.contains(FindFlag("proxy-uid", 0))) {
    if (auto status = ApplyProxyUser(env, command.options); !status.ok()) return status;
  }
  for (const auto& [flag, value] : values) {
    if (auto status = flag->apply(value.text, command); !status.ok())
      return Explain(status, value.origin);
  }
  if (!values.contains(FindFlag("proxy-gid", 0)))
    command.options.proxy_gids = command.options.proxy_uids;
  if (auto status = ApplyEnvironmentOnly(env, command.options); !status.ok()) return status;
  return command;
}

std::string HelpText() {
  std::string text;
  for (const Flag& flag : Flags()) {
    if (flag.help.empty()) continue;
    const std::string letter = flag.letter == 0 ? "    " : fmt::format("-{}, ", flag.letter);
    text += fmt::format("  {}{:<40} {}\n", letter, fmt::format("--{}", flag.name), flag.help);
  }
  return text;
}

}  // namespace outrigger::interception
