#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "outrigger/message.h"

namespace bookinfo {

/// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash for short inputs.
std::uint64_t SipHash(std::uint64_t key0, std::uint64_t key1, std::string_view text);

/// Keeps the name of the signed-in user in a signed cookie, so that productpage has no state and
/// any of its replicas can serve the next request.
///
///   session=<user, percent-encoded>.<16 hex digits of the keyed hash>
///
/// Good enough for a sample where every name is let in without a password: the signature is 64
/// bits, nothing expires, and the key has a built-in default so that replicas agree. A real login
/// wants HMAC-SHA-256 or better from a library, a secret from outside, an end of validity, and a
/// Secure cookie.
class Session {
 public:
  explicit Session(std::string_view key);

  /// The user named by the request's cookie; empty when there is none or its signature is wrong.
  [[nodiscard]] std::string UserOf(const outrigger::Headers& request) const;

  /// The Set-Cookie value that signs `user` in.
  [[nodiscard]] std::string SignIn(std::string_view user) const;
  /// The Set-Cookie value that forgets the user.
  [[nodiscard]] static std::string SignOut();

 private:
  [[nodiscard]] std::string Signature(std::string_view payload) const;

  std::uint64_t key0_;
  std::uint64_t key1_;
};

}  // namespace bookinfo
