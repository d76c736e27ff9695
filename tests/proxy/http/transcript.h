#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/h1_codec.h"

/// What a decoder made of some bytes, as text a test can compare: one line per event, fields below
/// their head, body bytes joined (how they were sliced is not part of the promise), errors last.
///
///     HTTP/1.1 POST /a authority=x length=5 [keep-alive]
///     Accept: text/plain
///     body: hello
///     end
namespace outrigger::http {

/// Feeds `pieces` one after the other. Each piece lives in memory of its own that is gone
/// afterwards, so a head that kept a slice of it is caught by the address sanitizer.
std::string RequestTranscript(const std::vector<std::string_view>& pieces,
                              const H1Limits& limits = {});

struct ResponseInput {
  std::vector<std::string_view> methods = {"GET"};  ///< of the requests that are answered, in order
  bool eof = false;                                 ///< the peer closes after the last byte
};
std::string ResponseTranscript(const std::vector<std::string_view>& pieces,
                               const ResponseInput& input = {}, const H1Limits& limits = {});

/// Checks that `decode(pieces)` gives `want` for the whole wire, for every split in two, and byte
/// by byte. Long wires are split in two at a sample of the places.
template <class Decode>
std::string FirstDifferentSplit(std::string_view wire, const std::string& want,
                                const Decode& decode) {
  const std::size_t step = wire.size() > 4096 ? wire.size() / 256 : 1;
  for (std::size_t at = 0; at <= wire.size(); at += step) {
    const std::string got = decode({wire.substr(0, at), wire.substr(at)});
    if (got != want) return "split at " + std::to_string(at) + ":\n" + got;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < wire.size(); ++i) bytes.push_back(wire.substr(i, 1));
  const std::string got = decode(bytes);
  return got == want ? "" : "byte by byte:\n" + got;
}

/// `count` times `text`.
std::string Repeat(std::string_view text, std::size_t count);

}  // namespace outrigger::http
