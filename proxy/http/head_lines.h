#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "proxy/http/h1_types.h"

/// Line rules of a complete head (RFC 9112 §3-§5), after HeadScanner has seen that every line ends
/// in CRLF and holds no control character, and before Beast cuts it into fields. They repeat part
/// of what Beast checks: with our own words for the log, and so that another Beast cannot loosen
/// them.
namespace outrigger::http {

/// `method SP target SP HTTP/1.x`, single spaces, without the line end. A version we do not speak
/// is kUnsupported with status 505; a line without one (HTTP/0.9) is malformed.
std::optional<Fault> CheckRequestLine(std::string_view line);

/// `HTTP/1.x SP 3DIGIT [SP reason]`; the status is 100 or more.
std::optional<Fault> CheckStatusLine(std::string_view line);

/// Each line of `fields` is `token ":" value`: no blank before the colon, no empty name, no line
/// beginning with a blank (obs-fold). `fields` is what follows the start line, up to and including
/// the empty line.
std::optional<Fault> CheckFieldLines(std::string_view fields);

/// Replaces each obs-fold of a head in place by one space (RFC 9112 §5.2), and gives the new size.
/// A blank-led line right after the start line is left for CheckFieldLines to refuse.
std::size_t Unfold(char* head, std::size_t size);

}  // namespace outrigger::http
