#include "cmd/proxy/options.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace outrigger::cmd {

const char* const kProxyUsage = R"(outrigger-proxy: the data plane of the Outrigger service mesh

  outrigger-proxy --config FILE            serve FILE (watched; a bad change keeps the last good one)
  outrigger-proxy --config FILE --check    validate FILE and leave
  outrigger-proxy proxy sidecar|router     as in a pod: the file is $OUTRIGGER_CONFIG, by default
                                           /etc/istio/proxy/outrigger.yaml
  outrigger-proxy wait [--url U] [--timeoutSeconds N]
  outrigger-proxy request [--debug-port P] METHOD PATH
  outrigger-proxy version

  --accept LISTENER=FD   also accept on an inherited listening socket
  --log-level LEVEL      trace, debug, info (default), warning, error, off

SIGTERM and SIGINT drain and exit, SIGHUP reads the file again. docs/configuration.md describes the file.
)";

namespace {

constexpr const char* kPodConfig = "/etc/istio/proxy/outrigger.yaml";

bool ToInt(const std::string& text, int* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

/// Walks over `--name value` and `--name=value`.
class Cursor {
 public:
  explicit Cursor(const std::vector<std::string>& arguments) : arguments_(arguments) {}
  [[nodiscard]] bool done() const { return at_ == arguments_.size(); }
  const std::string& Next() { return arguments_[at_++]; }
  /// If `argument` is the flag `name`, its value is in `value`.
  bool Is(const std::string& argument, const std::string& name, std::string* value) {
    if (argument == name && !done()) {
      *value = Next();
      return true;
    }
    if (argument.size() > name.size() && argument.compare(0, name.size(), name) == 0 &&
        argument[name.size()] == '=') {
      *value = argument.substr(name.size() + 1);
      return true;
    }
    return false;
  }

 private:
  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
};

bool ReadSocket(const std::string& text, ProxyOptions* options) {
  const std::size_t equals = text.rfind('=');
  int fd = -1;
  if (equals == std::string::npos || equals == 0 || !ToInt(text.substr(equals + 1), &fd) || fd < 0)
    return false;
  options->sockets.emplace_back(text.substr(0, equals), fd);
  return true;
}

bool TakesValue(const std::string& argument) {
  constexpr const char* kWithValue[] = {"--config",    "--log-level", "--proxyLogLevel",
                                        "--accept",    "--url",       "--timeoutSeconds",
                                        "--debug-port"};
  return std::find(std::begin(kWithValue), std::end(kWithValue), argument) != std::end(kWithValue);
}

std::string FromEnvoyLevel(const std::string& level) { return level == "warn" ? "warning" : level; }

}  // namespace

std::optional<ProxyOptions> ParseProxyOptions(const std::vector<std::string>& arguments,
                                              const char* config_variable, std::string* error) {
  ProxyOptions options;
  Cursor cursor(arguments);
  bool agent_form = false;
  std::vector<std::string> words;
  while (!cursor.done()) {
    const std::string& argument = cursor.Next();
    std::string value;
    if (argument == "--help" || argument == "-h") {
      options.mode = ProxyOptions::Mode::kHelp;
      return options;
    }
    if (argument == "--check") {
      options.mode = ProxyOptions::Mode::kCheck;
    } else if (cursor.Is(argument, "--config", &value)) {
      options.config_file = value;
    } else if (cursor.Is(argument, "--log-level", &value) ||
               cursor.Is(argument, "--proxyLogLevel", &value)) {
      options.log_level = FromEnvoyLevel(value);
    } else if (cursor.Is(argument, "--accept", &value)) {
      if (!ReadSocket(value, &options)) {
        *error = "--accept " + value + ": want LISTENER=FD";
        return std::nullopt;
      }
    } else if (cursor.Is(argument, "--url", &value)) {
      options.url = value;
    } else if (cursor.Is(argument, "--timeoutSeconds", &value)) {
      if (!ToInt(value, &options.timeout_seconds)) {
        *error = "--timeoutSeconds " + value + " is not a number";
        return std::nullopt;
      }
    } else if (cursor.Is(argument, "--debug-port", &value)) {
      if (!ToInt(value, &options.debug_port) || options.debug_port < 1 ||
          options.debug_port > 65535) {
        *error = "--debug-port " + value + " is not a port";
        return std::nullopt;
      }
    } else if (cursor.done() && TakesValue(argument)) {
      *error = argument + " needs a value (see --help)";
      return std::nullopt;
    } else if (argument.size() > 1 && argument[0] == '-') {
      if (!agent_form) {
        *error = "unknown option " + argument + " (see --help)";
        return std::nullopt;
      }
      // A flag of pilot-agent without a meaning here; `--domain VALUE` is the only one written in
      // two words.
      if (argument == "--domain" && !cursor.done()) cursor.Next();
    } else {
      words.push_back(argument);
      agent_form = true;
    }
  }
  if (words.empty()) {
    if (options.config_file.empty()) {
      *error = "nothing to do: give --config FILE (see --help)";
      return std::nullopt;
    }
    return options;
  }
  if (words[0] == "proxy") {
    if (options.config_file.empty())
      options.config_file = config_variable != nullptr ? config_variable : kPodConfig;
    return options;
  }
  if (words[0] == "wait") {
    options.mode = ProxyOptions::Mode::kWait;
    return options;
  }
  if (words[0] == "version") {
    options.mode = ProxyOptions::Mode::kVersion;
    return options;
  }
  if (words[0] == "request" && words.size() == 3) {
    options.mode = ProxyOptions::Mode::kRequest;
    options.method = words[1];
    options.path = words[2];
    if (options.path.substr(0, 1) != "/") options.path.insert(0, "/");
    return options;
  }
  *error = words[0] == "request" ? "request needs METHOD PATH (see --help)"
                                 : "unknown command " + words[0] + " (see --help)";
  return std::nullopt;
}

}  // namespace outrigger::cmd
