#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace outrigger::load {

/// Where requests go: `http://host[:port][/path]`.
struct Url {
  std::string host;  ///< name or address, without the brackets of an IPv6 address
  std::uint16_t port = 80;
  std::string path = "/";  ///< with query

  [[nodiscard]] std::string Authority() const;  ///< for the Host field: port only when it is not 80

  friend bool operator==(const Url&, const Url&) = default;
};

/// InvalidArgument names the URL and what is wrong; https is Unimplemented.
absl::StatusOr<Url> ParseUrl(std::string_view text);

struct Target {
  std::string label;  ///< the URL as written, for the report
  Url url;
  double weight = 1;  ///< share of the requests, relative to the other targets
};

/// `URL` or `URL=weight`. A weight follows the last `=` only when it is a number, so that query
/// strings may end in one with `URL=1`.
absl::StatusOr<Target> ParseTarget(std::string_view text);

struct Header {
  std::string name, value;
};

/// What to do; made by ParseCommandLine (main.cc) and by tests.
struct Plan {
  std::vector<Target> targets;
  std::string method = "GET";
  std::vector<Header> headers;  ///< a Host here replaces the one of the URL
  std::size_t body_bytes = 0;   ///< request body, filled with one letter
  std::optional<Url> connect;   ///< go to this host and port instead of each URL's

  /// Requests per second in all. With it arrivals are fixed in advance (open loop): request i is
  /// due at start + i/rate whether or not earlier ones have been answered, and its latency counts
  /// from then. Without it every connection sends as soon as it has its answer (closed loop), and
  /// latency counts from sending.
  std::optional<double> rate;
  std::uint32_t connections = 64;  ///< at most, over all threads
  std::uint32_t threads = 1;       ///< each drives its share of rate and connections
  std::chrono::nanoseconds duration = std::chrono::seconds(10);
  std::optional<std::uint64_t> requests;  ///< end after so many, even before `duration`
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);  ///< connect and answer
};

/// The bytes of a request for `target`.
std::string RequestFor(const Plan& plan, const Target& target);

}  // namespace outrigger::load
