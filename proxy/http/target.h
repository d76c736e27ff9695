#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/error.h"

/// What a request line asks for and from whom (RFC 9112 §3.2). One canonical pair of authority and
/// target leaves this room, so that router, authorization and upstream cannot see different things.
namespace outrigger::http {

/// uri-host [":" port]: a name, an IPv4 address or an IPv6 literal in brackets (checked), and a
/// port of 0..65535. Refused although the grammar knows them: empty (callers decide whether they
/// take none at all), user@host, host: without port, zone ids, and a comma, which is what two
/// joined Host fields look like.
bool IsValidAuthority(std::string_view authority);

/// No control character, space or '#': a fragment never belongs on the wire, and programs disagree
/// about where such a path ends. Bytes above 0x7f pass; applications send them. H2 uses it for
/// :path.
bool IsValidTarget(std::string_view target);

struct Target {
  std::string_view authority;  ///< of absolute-form and CONNECT; else empty: Host decides
  std::string_view target;     ///< origin form, "*", or for CONNECT the authority
};

/// Sorts a request target into its four forms: origin ("/path?query"), absolute
/// ("http://host/path": comes out as origin form plus authority), authority (CONNECT only, port
/// required) and asterisk (OPTIONS only). An http or https scheme is accepted and not believed:
/// whether the client used TLS is for the listener to say. Errors: kMalformed, side kLocal. Text is
/// copied into `arena` only for "http://host?query", where a '/' has to be put in.
Result<Target> ParseTarget(std::string_view method, std::string_view target, Arena& arena);

}  // namespace outrigger::http
