#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "interception/options.h"

namespace outrigger::interception {

/// The table that holds all our rules, one per address family. It is ours alone: applying replaces
/// it whole, and rules of others are never touched.
inline constexpr std::string_view kTableName = "outrigger";

/// The proxy gives connections to the app this source address, so that the rules let them pass.
inline constexpr std::string_view kMagicIpv4 = "127.0.0.6";
inline constexpr std::string_view kMagicIpv6 = "::6";

/// One rule in nftables' words: every part of `match` must hold, then `verdict` is done.
struct Rule {
  std::string match;    ///< may be empty: always
  std::string verdict;  ///< "return", "jump ISTIO_REDIRECT", ...
  std::string why;      ///< shown as the rule's comment by `nft list ruleset`

  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Chain {
  std::string name;
  std::string hook;  ///< type, hook and priority of a base chain; empty for the others
  std::vector<Rule> rules;

  friend bool operator==(const Chain&, const Chain&) = default;
};

struct Table {
  Family family = Family::kIpv4;
  std::vector<Chain> chains;

  friend bool operator==(const Table&, const Table&) = default;
};

struct Ruleset {
  std::vector<Table> tables;

  friend bool operator==(const Ruleset&, const Ruleset&) = default;
};

/// The rules of a pod in REDIRECT mode: the four chains of Istio's `nat` table, under their own
/// names and in their own order (which is significant), expressed for nftables.
///
/// | chain             | holds                                                        |
/// |-------------------|--------------------------------------------------------------|
/// | PREROUTING        | excluded and virtual interfaces, then the way into INBOUND   |
/// | ISTIO_INBOUND     | ports that stay reachable in plain text, then capture        |
/// | ISTIO_IN_REDIRECT | to the inbound listener                                      |
/// | OUTPUT            | excluded interfaces, then the way into ISTIO_OUTPUT          |
/// | ISTIO_OUTPUT      | the proxy's own traffic, localhost, exclusions, then capture |
/// | ISTIO_REDIRECT    | to the outbound listener                                     |
///
/// Pure: the same options give the same rules.
Ruleset BuildRuleset(const Options& options);

/// An nftables script that replaces the tables of `ruleset` in one transaction: running it twice
/// leaves the same rules, and at no moment are there none.
std::string ToScript(const Ruleset& ruleset);

/// A script that takes the table of one family away; no error when it is not there.
std::string RemovalScript(Family family);

}  // namespace outrigger::interception
