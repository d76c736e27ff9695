#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "outrigger/client.h"

namespace bookinfo {

/// Makes one outgoing call. In the program this is outrigger::Client; tests put a function here.
using Caller =
    std::function<outrigger::CallResult(const std::string& host, std::uint16_t port,
                                        outrigger::Request, const outrigger::CallOptions&)>;

/// Where a service is reached.
struct Upstream {
  std::string host;
  std::uint16_t port;
  friend bool operator==(const Upstream&, const Upstream&) = default;
};

/// The environment variables of the program, as a value that tests can write down.
///
/// Every switch of bookinfo is one: an image sets defaults, a manifest overrides them. Values that
/// make no sense throw std::invalid_argument with a sentence naming the variable; main() prints it
/// and ends.
class Environment {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  static Environment Of(Values values);
  static Environment OfProcess();

  /// The value, or `fallback` when the variable is unset or empty.
  [[nodiscard]] std::string Text(std::string_view name, std::string_view fallback) const;
  /// "true" in any letter case is true, everything else false.
  [[nodiscard]] bool Flag(std::string_view name, bool fallback) const;
  [[nodiscard]] std::int64_t Number(std::string_view name, std::int64_t fallback, std::int64_t min,
                                    std::int64_t max) const;

  /// Host: `<APP>_HOSTNAME`, or the name itself, and `.<SERVICES_DOMAIN>` behind it when set. Port:
  /// `<APP>_SERVICE_PORT`, or 9080; Kubernetes sets it for a Service of that name.
  [[nodiscard]] Upstream Find(std::string_view app) const;

 private:
  Values values_;
};

}  // namespace bookinfo
