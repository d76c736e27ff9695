#include "samples/bookinfo/session.h"

#include <algorithm>
#include <bit>

#include "samples/bookinfo/text.h"

namespace bookinfo {
namespace {

constexpr std::string_view kCookieName = "session";

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void Rounds(int count) {
    while (count-- > 0) {
      v0 += v1, v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1, v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  }
  void Absorb(std::uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }
};

std::uint64_t LittleEndian(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

/// Takes as long for a wrong signature as for the right one.
bool SameSignature(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  int difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];
  return difference == 0;
}

/// The value of our cookie in one Cookie field ("a=1; session=...").
std::string_view FindCookie(std::string_view field) {
  while (!field.empty()) {
    const auto end = field.find(';');
    std::string_view pair = field.substr(0, end);
    field = end == std::string_view::npos ? std::string_view{} : field.substr(end + 1);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(kCookieName) && pair.substr(kCookieName.size()).starts_with('=')) {
      return pair.substr(kCookieName.size() + 1);
    }
  }
  return {};
}

std::string Cookie(std::string_view value, std::string_view attributes) {
  return std::string(kCookieName) + "=" + std::string(value) + std::string(attributes);
}

}  // namespace

std::uint64_t SipHash(std::uint64_t key0, std::uint64_t key1, std::string_view text) {
  SipState state{key0 ^ 0x736f6d6570736575, key1 ^ 0x646f72616e646f6d, key0 ^ 0x6c7967656e657261,
                 key1 ^ 0x7465646279746573};
  const std::uint64_t length = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) state.Absorb(LittleEndian(text.substr(0, 8)));
  state.Absorb(LittleEndian(text) | length << 56);
  state.v2 ^= 0xFF;
  state.Rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

// A key of any length becomes two words by hashing it under two constants.
Session::Session(std::string_view key) : key0_(SipHash(1, 0, key)), key1_(SipHash(2, 0, key)) {}

std::string Session::UserOf(const outrigger::Headers& request) const {
  for (const std::string_view field : request.GetAll("Cookie")) {
    const std::string_view cookie = FindCookie(field);
    const auto dot = cookie.find('.');
    if (dot == std::string_view::npos) continue;
    const std::string_view payload = cookie.substr(0, dot);
    if (SameSignature(cookie.substr(dot + 1), Signature(payload))) return PercentDecode(payload);
  }
  return "";
}

std::string Session::SignIn(std::string_view user) const {
  const std::string payload = PercentEncode(user);
  return Cookie(payload + "." + Signature(payload), "; HttpOnly; Path=/; SameSite=Lax");
}

std::string Session::SignOut() {
  return Cookie("", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/");
}

std::string Session::Signature(std::string_view payload) const {
  constexpr char kHex[] = "0123456789abcdef";
  std::uint64_t hash = SipHash(key0_, key1_, payload);
  std::string out;
  for (int i = 0; i < 16; ++i, hash <<= 4) out += kHex[hash >> 60];
  return out;
}

}  // namespace bookinfo
